/** A file of the tree, by its path relative to the repository's root. */
export interface RenderedFile {
  readonly path: string;
  /** All of it, also where only a part is ours. */
  readonly text: string;
  readonly ownership: Ownership;
}

export type Ownership =
  /** Ours: it carries a marker, is written anew, and goes when the catalog no longer asks for it. */
  | 'rendered'
  /** Begun where it is absent, and left alone from then on. */
  | 'begun'
  /** A kustomization: our entries are added and taken away, all else stays. */
  | 'shared';
