/** A path into an object: field names and list indices, from the root. */
export type Path = readonly (string | number)[];

/** Where something stands in a file. Lines and columns count from 1. */
export interface Place {
  /** Relative to the repository's root, with `/`; `<stdin>` for a stream. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `spec.ingress[0].toPorts`, as Kubernetes writes field paths. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `["${step}"]`;
  }
  return text;
}

/** How the path of a file begins that stands for an object of a cluster. Its text is made, so its lines mean nothing. */
export const CLUSTER_FILES = 'cluster:';

/** Whether a place is an object of a cluster, not a line of a file. */
export function isInCluster({ file }: Pick<Place, 'file'>): boolean {
  return file.startsWith(CLUSTER_FILES);
}
