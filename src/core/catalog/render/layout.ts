import { resolvePath } from '../../manifest/kustomize/paths.ts';
import type { Catalog, Paths } from '../types.ts';

export const FOLDERS = ['baselines', 'profiles', 'sharedResources', 'platform'] as const;
export type Folder = (typeof FOLDERS)[number];

/** Where the parts of the tree are. Paths are relative to the repository's root, without `.` and doubled slashes. */
export interface Layout {
  readonly root: string;
  readonly folders: Readonly<Record<Folder, string>>;
  /** Whether folders are shared by parts, so that a file's name must tell the part. */
  readonly longNames: boolean;
}

/** @throws RangeError for a path that leaves the repository, which no catalog that was read has */
export function layoutOf({ paths }: Pick<Catalog, 'paths'>): Layout {
  const root = pathInside('', paths.policies);
  const folder = (name: keyof Paths & Folder): string => pathInside(root, paths[name]);
  const folders = {
    baselines: folder('baselines'),
    profiles: folder('profiles'),
    sharedResources: folder('sharedResources'),
    platform: folder('platform'),
  };
  return { root, folders, longNames: new Set(Object.values(folders)).size < FOLDERS.length };
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** A path below a folder, both within the repository. @throws RangeError for one that leaves it */
export function pathInside(folder: string, path: string): string {
  const resolved =
    path.includes('\\') || path.split('/').includes('..') ? undefined : resolvePath(folder, path);
  if (resolved === undefined) throw new RangeError(`${path} leaves the repository`);
  return resolved;
}
