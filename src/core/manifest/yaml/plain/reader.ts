/** Where a field begins, and the same for all in it. */
export interface Spot {
  readonly at: number;
  readonly inside: Spots;
}

export type Spots = ReadonlyMap<string, Spot> | readonly Spot[] | undefined;

/** Functions return whether they could read, and leave the value here: that saves an object for each. */
export interface Reader {
  readonly text: string;
  /** The offset of the line to read next. */
  line: number;
  depth: number;
  value: unknown;
  inside: Spots;
  /** Anchors of scalars so far. */
  readonly anchors: Map<string, unknown>;
}

/** A line with contents, or what follows `- ` on one. */
export interface Content {
  /** The offset of the first character that is no space. */
  readonly at: number;
  /** Its column. */
  readonly indent: number;
  /** The offset behind the line. */
  readonly end: number;
}
