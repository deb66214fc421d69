import type { Decision, NearMiss, SideDecision } from '../model/decision.ts';
import { kubernetesLabel, NAMESPACE_LABELS_PREFIX } from '../model/label.ts';
import { ENFORCEMENT_DISABLED, enforcementLabel } from './lookup.ts';
import type { Catalog } from './types.ts';

/** The decision without near misses that lack nothing but the escape hatch: to open that is no fix. */
export function withoutHatch(decision: Decision, catalog: Catalog): Decision {
  const key = `${NAMESPACE_LABELS_PREFIX}${enforcementLabel(catalog)}`;
  const isHatch = ({ lacking }: NearMiss): boolean =>
    lacking.some(
      (item) =>
        (item.kind === 'subject' || item.kind === 'peer') &&
        kubernetesLabel(item.labels, key) === ENFORCEMENT_DISABLED,
    );
  const side = (one: SideDecision): SideDecision =>
    one.nearest.some(isHatch) ? { ...one, nearest: one.nearest.filter((near) => !isHatch(near)) } : one;
  return { ...decision, egress: side(decision.egress), ingress: side(decision.ingress) };
}
