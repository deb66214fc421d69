import type { CatalogPort } from '../../catalog/index.ts';
import type { Peers } from '../../catalog/render/document.ts';
import type { Direction } from '../../model/policy.ts';

/** A rule that a platform namespace needs for its own traffic, by the name of the far end. */
export interface OwnRule {
  readonly direction: Direction;
  /** As `propolis can` takes it: `shop/web`, `world`, `gateway:internal`. */
  readonly peer: string;
  readonly ports: readonly CatalogPort[];
  readonly peers: Peers;
  /** Why it is there: somebody asked for it, recorded flows need it, or the catalog says what the namespace is. */
  readonly origin: 'asked' | 'flows' | 'catalog';
  readonly evidence: Evidence | undefined;
}

/** How many recorded flows need a rule. */
export interface Evidence {
  readonly passed: number;
  readonly dropped: number;
}

/** What is wrong with a peer that was asked for. */
export interface BadPeer {
  readonly code: 'bad-peer';
  readonly text: string;
  readonly why: /** Without a port that policies can name: `shop/web:8080/TCP` is one. */
    | 'port'
    /** Nothing is called so. */
    | 'unknown'
    /** No file declares the pod, so its labels are not known. */
    | 'pod-not-declared'
    /** An address that the catalog does not document. */
    | 'address'
    /** Names are for egress only. */
    | 'name-from'
    /** Its labels do not tell it from others. */
    | 'not-told-apart';
  readonly nearest: readonly string[];
}
