/** The names by which kustomize finds its file in a directory (kustomize `api/konfig/general.go`). */
export const KUSTOMIZATION_FILES: readonly string[] = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
];

/** The directory of a file; empty for the root. */
export function directoryOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash === -1 ? '' : file.slice(0, slash);
}

export function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/**
 * Resolves a relative path against a directory, both relative to the repository's root.
 *
 * @returns undefined where it leaves the repository or is absolute
 */
export function resolvePath(directory: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined;
  const steps = directory === '' ? [] : directory.split('/');
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return steps.join('/');
}

/** Whether a file or directory is a directory itself, or in it; everything is in the root. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

/** A directory and all above it, nearest first, ending with the root. */
export function upwards(directory: string): readonly string[] {
  const all: string[] = [];
  for (let at = directory; at !== ''; at = directoryOf(at)) all.push(at);
  return [...all, ''];
}

/** Whether kustomize would fetch this from elsewhere: a URL, or a repository's shorthand. */
export function isRemote(path: string): boolean {
  return (
    /^(?:[a-z][a-z0-9+.-]{0,20}:\/\/|git@|git::|gh:|github\.com[:/])/i.test(path) || path.includes('?ref=')
  );
}
