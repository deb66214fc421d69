import type { EditRefusal } from '../manifest/edit/types.ts';
import type { Place } from '../model/place.ts';
import type { PolicyRef } from '../model/policy.ts';
import type { Problem } from '../model/repository.ts';
import type { LostFlow } from './platform/from-flows.ts';
import type { BadPeer, OwnRule } from './platform/own-rule.ts';

/** Labels as they are to be; undefined: gone. */
export type WantedLabels = Readonly<Record<string, string | undefined>>;

/** Why nothing is changed, and what would have to be written by hand. The wording is in `report/`. */
export type ChangeRefusal =
  /** Nothing in the files is called so; in these other clusters something is. */
  | {
      readonly code: 'unknown-namespace';
      readonly namespace: string;
      readonly nearest: readonly string[];
      readonly elsewhere: readonly string[];
    }
  | {
      readonly code: 'unknown-profile' | 'unknown-resource';
      readonly value: string;
      readonly nearest: readonly string[];
      readonly known: readonly string[];
    }
  /** A platform namespace has a policy of its own and never a profile. */
  | { readonly code: 'platform-profile'; readonly namespace: string; readonly profile: string }
  /** Only its contents name it: no file declares the Namespace. */
  | {
      readonly code: 'not-declared';
      readonly namespace: string;
      readonly place: Place;
      readonly wanted: WantedLabels;
    }
  /** Several clusters declare it, each in a place of its own, and nobody said which is meant. */
  | {
      readonly code: 'several-clusters';
      readonly namespace: string;
      readonly places: readonly ClusterPlace[];
    }
  /** One cluster has it twice, so that it depends on the order of deployment which labels count. */
  | {
      readonly code: 'declared-twice';
      readonly namespace: string;
      readonly place: Place;
      /** `file:line` of the other one. */
      readonly other: string;
    }
  /** The text declares other namespaces too, so that a change would reach them. */
  | {
      readonly code: 'shared-declaration';
      readonly namespace: string;
      readonly place: Place;
      readonly others: readonly string[];
      readonly wanted: WantedLabels;
    }
  /** The file could not be changed for certain. */
  | { readonly code: 'edit-refused'; readonly refusal: EditRefusal; readonly wanted: WantedLabels }
  /** The text was changed, and the cluster would not have the labels: something above the file sets them. */
  | {
      readonly code: 'set-elsewhere';
      readonly namespace: string;
      readonly place: Place;
      readonly cluster: string;
      readonly wanted: WantedLabels;
    }
  /** Read again, the change reaches more than was meant. */
  | { readonly code: 'reaches-more'; readonly place: Place; readonly what: readonly string[] }
  | BadPeer
  /** A platform namespace has none, and this one does. */
  | {
      readonly code: 'has-profile';
      readonly namespace: string;
      readonly profile: string;
      readonly place: Place;
    }
  /** There is one for all pods of the namespace. */
  | { readonly code: 'policy-exists'; readonly policy: PolicyRef; readonly place: Place }
  | { readonly code: 'file-exists'; readonly path: string }
  /** Where its metrics are was not said; these ports look like it. */
  | { readonly code: 'no-metrics-port'; readonly namespace: string; readonly candidates: readonly string[] }
  /** A kustomization could not be changed for certain. */
  | { readonly code: 'list-refused'; readonly refusal: EditRefusal; readonly entry: string }
  /** No cluster would get the policy: nothing applies its folder. */
  | { readonly code: 'not-applied'; readonly policy: PolicyRef; readonly place: Place }
  /** The cluster would refuse the policy. */
  | { readonly code: 'policy-refused'; readonly policy: PolicyRef; readonly problems: readonly Problem[] }
  /** Connections that were recorded as passed would not pass any more. */
  | {
      readonly code: 'would-drop';
      readonly namespace: string;
      readonly lost: readonly LostFlow[];
      /** What could be proposed. */
      readonly rules: readonly OwnRule[];
    };

export interface ClusterPlace {
  readonly cluster: string;
  readonly place: Place;
}
