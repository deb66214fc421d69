import type { Place } from '../../model/place.ts';

/** Something that stands in the repository and not in the catalog. The wording is in `report/`. */
export interface InitNote {
  readonly code: InitNoteCode;
  readonly place: Place;
  readonly detail: string;
}

export const INIT_NOTE_CODES = [
  /** A rule without ports, or with a port that a catalog cannot name: the default ports stand in its place. */
  'any-port',
  /** A peer that a profile or a resource cannot have. */
  'peer-left-out',
  /** A namespace has a profile for which there is no policy. */
  'profile-without-policy',
  /** A part that was found and that no catalog can have. */
  'left-out',
] as const;
export type InitNoteCode = (typeof INIT_NOTE_CODES)[number];
