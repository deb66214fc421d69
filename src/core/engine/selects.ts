import { containsCidr, parseAddressOrCidr } from '../model/cidr.ts';
import type { Label } from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Requirement, Selector } from '../model/selector.ts';
import type { Identity } from './identity-table.ts';
import { matchesName } from './name-pattern.ts';
import { cidrGroupLabelKey, type IdentitySelector } from './peer-selector.ts';

/** Whether an identity is selected. */
export function selects(selector: IdentitySelector, identity: Identity, options: AgentOptions): boolean {
  switch (selector.kind) {
    case 'labels':
      return (selector.aggregate === true && identity.isPod) || holds(selector.selector, identity);
    case 'cidr': {
      const { cidrs, except, group } = selector;
      const inside =
        cidrs.some((outer) => identity.cidrs.some((inner) => containsCidr(outer, inner))) ||
        (group !== '' && identity.groups.includes(cidrGroupLabelKey(group)));
      return inside && !except.some((outer) => identity.cidrs.some((inner) => containsCidr(outer, inner)));
    }
    case 'fqdn':
      return identity.names.some((name) => isNamed(selector.pattern, name, options));
  }
}

function isNamed(
  pattern: { readonly matchName?: string; readonly matchPattern?: string },
  name: string,
  options: AgentOptions,
): boolean {
  // In Hubble's labels the text is the selector's own; in known names it is a name.
  if (name.includes('*')) return name === pattern.matchPattern;
  return matchesName(pattern, name, options.version);
}

/** Cilium `pkg/policy/types/requirements.go`. */
export function holds(selector: Selector, identity: Identity): boolean {
  for (const wanted of selector.requirements) {
    if (!requirementHolds(wanted, identity)) return false;
  }
  return true;
}

export function requirementHolds(wanted: Requirement, identity: Identity): boolean {
  if (wanted.source === 'cidr') return cidrRequirementHolds(wanted, identity);
  const label = lookUp(wanted, identity);
  switch (wanted.operator) {
    case 'In':
      return label !== undefined && wanted.values.includes(label.value);
    case 'NotIn':
      return label === undefined || !wanted.values.includes(label.value);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
  }
}

/** Of several sources, Cilium looks at the first in label order (`LabelArray.LookupLabel`). */
function lookUp({ source, key }: Requirement, { parsed }: Identity): Label | undefined {
  for (const label of parsed) {
    if (label.key === key && (source === 'any' || label.source === source)) return label;
  }
  return undefined;
}

/** For source `cidr` a key is a prefix, and having it means being inside. */
function cidrRequirementHolds({ key, operator }: Requirement, identity: Identity): boolean {
  const outer = parseAddressOrCidr(key);
  const inside = outer !== undefined && identity.cidrs.some((inner) => containsCidr(outer, inner));
  return operator === 'Exists' || operator === 'In' ? inside : !inside;
}
