import { durationText } from '../../catalog/alerts/index.ts';
import type { Catalog } from '../../catalog/index.ts';
import type { OpenRefusal } from '../../cluster/hatch.ts';
import type { NotRelieved, Relief } from '../../diagnose/hatch/index.ts';
import { printable } from '../printable.ts';
import { engineAssumptionText } from './assumption.ts';
import { listText, policyText } from './policy.ts';

/** What becomes of a drop, in a word or two. */
export function reliefWord(relief: Relief): string {
  switch (relief.kind) {
    case 'relieved':
      return 'relieved';
    case 'not-relieved':
      return 'not relieved';
    case 'undecidable':
      return 'undecidable';
  }
}

/** Why; empty where it is relieved. */
export function reliefText(relief: Relief): string {
  switch (relief.kind) {
    case 'relieved':
      return '';
    case 'not-relieved':
      return notRelievedText(relief.because);
    case 'undecidable':
      return relief.assumptions.map(engineAssumptionText).join('; ');
  }
}

function notRelievedText(because: NotRelieved): string {
  switch (because.code) {
    case 'deny-rule':
      return `a deny rule of ${listText(because.policies.map(policyText))} wins over every allow, the hatch's too`;
    case 'not-policy':
      return `policy did not drop it (${printable(because.reason)})`;
    case 'request-refused':
      return `the proxy refuses the request itself, by ${listText(because.policies.map(policyText))}`;
    case 'unknown-peer':
      return 'nobody knows who stands at the other end, so no policy can admit it';
    case 'other-end':
      return `the policies here open one end; ${printable(because.other)} still refuses, by ${listText(because.policies.map(policyText))}`;
    case 'no-hatch':
      return 'no policy reacts to the label: render the escape hatch first (propolis render)';
    case 'admitted-already':
      return 'these policies admit it already, so the cluster has others: see what debug says';
  }
}

/** Why a hatch is not opened, and what to do. */
export function openRefusalText(refusal: OpenRefusal): { readonly message: string; readonly remedy: string } {
  switch (refusal.code) {
    case 'reason-required':
      return {
        message: 'A reason is required. Nothing was changed.',
        remedy: 'Say why: --reason "checkout is down"',
      };
    case 'ticket-required':
      return { message: 'A ticket is required. Nothing was changed.', remedy: 'Name it: --ticket INC-1' };
    case 'too-long':
      return {
        message: `${durationText(refusal.seconds)} is longer than the catalog allows. Nothing was changed.`,
        remedy: `At the most: --for ${durationText(refusal.maxSeconds)} (hatch.maxDuration in propolis.yaml)`,
      };
    case 'text-too-long':
      return {
        message: `--${refusal.field} is longer than ${refusal.max} characters. Nothing was changed.`,
        remedy: 'Say it shorter, and link to the rest.',
      };
  }
}

/** What opening a platform namespace opens: by the catalog, without asking the cluster. */
export function platformWarning(namespace: string, catalog: Catalog): string {
  const hosts = [
    ...catalog.resources.flatMap(({ name, target }) =>
      target.kind === 'pods' && target.namespace === namespace ? [name] : [],
    ),
    ...catalog.gateways.flatMap((gateway) =>
      gateway.namespace === namespace ? [`the ${gateway.name} gateway`] : [],
    ),
    ...(catalog.dns.namespace === namespace ? ['DNS'] : []),
    ...(catalog.prometheus.namespace === namespace ? ['Prometheus'] : []),
    ...(catalog.mesh.ambient && catalog.mesh.namespace === namespace ? ['ztunnel'] : []),
  ].map(printable);
  const what = hosts.length === 0 ? 'its pods' : listText(hosts);
  return `warning: ${printable(namespace)} is a platform namespace. While it is open every pod of the cluster reaches ${what} on every port, and it reaches everything`;
}
