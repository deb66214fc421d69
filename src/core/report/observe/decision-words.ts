import type { FlowDecision } from '../../diagnose/index.ts';
import type { FlowPolicy } from '../../model/flow.ts';
import type { Place } from '../../model/place.ts';
import { printable } from '../printable.ts';
import { placeText } from '../words/policy.ts';

/**
 * Who decided, in words that grep finds: `by baseline-dns-egress (baselines/dns-egress.yaml:11)`,
 * `by default-deny of isolated (profiles/isolated.yaml:3) and 2 more`, `by no policy`; where the policies say something
 * else than Hubble recorded, `but allowed by …`, and where only who decided differs, `by postgres (…), recorded by
 * escape-hatch`. `by ?` is what cannot be decided. Empty for none.
 */
export function decisionText(decision: FlowDecision | undefined): string {
  if (decision === undefined) return '';
  let text = known.get(decision);
  if (text === undefined) known.set(decision, (text = textOf(decision, placeText)));
  return text;
}

/** The same for a column: of a file's path only the end. */
export function shortDecisionText(decision: FlowDecision | undefined): string {
  return decision === undefined ? '' : textOf(decision, endOfPlace);
}

/** Flows that are decided alike share one decision. */
const known = new WeakMap<FlowDecision, string>();

function textOf(decision: FlowDecision, where: (place: Place) => string): string {
  if (decision.verdict === 'undecidable') return 'by ?';
  const by = byText(decision, where);
  switch (decision.recorded?.kind) {
    case undefined:
      return `by ${by}`;
    case 'verdict':
      return `but ${decision.verdict} by ${by}`;
    case 'deny-rule':
      return `by ${by}, recorded by a deny rule`;
    case 'policies':
      return `by ${by}, recorded by ${namesText(decision.recorded.policies)}`;
  }
}

function namesText([first, ...rest]: readonly FlowPolicy[]): string {
  const name = printable(first?.name ?? '');
  return rest.length === 0 ? name : `${name} and ${rest.length} more`;
}

function endOfPlace(place: Place): string {
  return placeText(place).split('/').slice(-2).join('/');
}

function byText({ reason, by }: FlowDecision, where: (place: Place) => string): string {
  const [first, ...rest] = by;
  const one = first === undefined ? '' : `${printable(first.policy.name)} (${where(first.place)})`;
  const named = rest.length === 0 ? one : `${one} and ${rest.length} more`;
  switch (reason) {
    case 'allow-rule':
      return named;
    case 'deny-rule':
      return `deny rule of ${named}`;
    case 'l7-refused':
      return `L7 rules of ${named}`;
    case 'default-deny':
      return named === '' ? 'default-deny' : `default-deny of ${named}`;
    case 'enforced-always':
      return 'policy enforcement "always"';
    case 'local-host':
      return 'allow-localhost';
    case 'no-default-deny':
      return 'no default-deny';
    case 'no-policy':
      return 'no policy';
    case 'enforcement-never':
      return 'policy enforcement "never"';
    case 'host-firewall-off':
      return 'no host firewall';
    case 'outside':
      return 'nobody here';
  }
}
