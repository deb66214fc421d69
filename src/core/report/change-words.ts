import type { CatalogPort } from '../catalog/index.ts';
import type { OwnRule } from '../change/index.ts';
import type { EditRefusal } from '../manifest/edit/types.ts';
import { printable } from './printable.ts';

/** What is wrong, and what to do about it: sentences for people. */
export interface RefusalText {
  readonly message: string;
  /** Lines; YAML to write by hand among them. */
  readonly remedy: readonly string[];
}

export function didYouMean(nearest: readonly string[], otherwise: string): string {
  return nearest.length > 0 ? `Did you mean ${nearest.map(printable).join(' or ')}?` : otherwise;
}

/** Why an edit was not made, without its place. */
export function editRefusalText({ code, detail }: EditRefusal): string {
  const what = printable(detail);
  switch (code) {
    case 'shared-anchor':
      return `the value is shared by the anchor &${what}, so that the change would show elsewhere`;
    case 'templated':
      return `it has template actions (${what}), and is no YAML before they are filled in`;
    case 'not-found':
      return `${what} is not there`;
    case 'not-a-map':
      return `${what} is not a map`;
    case 'unsure':
      return `the outcome could not be proved (${what})`;
    case 'resource-set-template':
      return `the template of the ResourceSet has no input that writes ${what}; its template would have to change`;
    case 'duplicate-key':
      return `${what} stands there twice, and readers disagree on which one counts`;
    case 'merge-key':
      return `${what} comes from a merge (<<), and is shared with others`;
  }
}

/** The option that asks for a rule: `--allow-from shop/web:8080/TCP`. */
export function ruleFlag({ direction, peer }: OwnRule, port: CatalogPort): string {
  const name = printable(peer);
  const safe = name.includes(':') && !/^(?:fqdn|gateway):/.test(name) ? `[${name}]` : name;
  return `--allow-${direction === 'ingress' ? 'from' : 'to'} ${safe}:${catalogPortText(port)}`;
}

export function catalogPortText({ protocol, port, endPort }: CatalogPort): string {
  return `${endPort === undefined ? port : `${port}-${endPort}`}/${protocol}`;
}
