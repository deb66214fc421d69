import type { EndpointIndex } from '../../engine/index.ts';
import type { LintContext, RuleSite } from '../context.ts';
import type { LintWorld } from './lint-world.ts';
import { ownLabels } from './selectors.ts';

/** Whether a pod is one that no file declares, so that it may have more labels than are known. */
export function mayHaveMoreLabels(world: LintWorld, pod: EndpointIndex): boolean {
  return !world.isReal(pod) || world.isPlaceholder(pod);
}

/**
 * Whether some rule could be about a pod that no file declares, if only it had the labels that the policy asks for:
 * teams that opt in by labels on their pods do so in the values of a chart.
 */
export function couldBeSelected(
  { rules }: LintContext,
  namespace: string,
  isOfInterest: (site: RuleSite) => boolean,
): boolean {
  return rules.some(
    (site) =>
      (site.policy.namespace === '' || site.policy.namespace === namespace) &&
      ownLabels(site.spec.subject.selector).some(
        ({ operator }) => operator === 'In' || operator === 'Exists',
      ) &&
      isOfInterest(site),
  );
}
