import type { Path, Place } from '../model/place.ts';

/**
 * One Kubernetes object as data, with a way back to the text it came from.
 *
 * `value` holds only what JSON can hold, in objects without a prototype. It is untrusted: any field can have
 * any type.
 */
export interface RawObject {
  readonly value: unknown;
  readonly file: string;
  /**
   * The place of a field (of its key, where it is an entry of a map), or of its nearest ancestor that exists.
   * Computed when asked, so that reading costs nothing for places that nobody needs.
   */
  readonly locate: (path: Path) => Place;
}
