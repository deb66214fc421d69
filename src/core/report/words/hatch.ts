import { durationText } from '../../catalog/alerts/index.ts';
import type { Catalog } from '../../catalog/index.ts';
import type { OpenRefusal, Unwritten } from '../../cluster/hatch.ts';
import { permissionName, rbacRule } from '../../cluster/rbac.ts';
import type { NotRelieved, Relief } from '../../diagnose/hatch/index.ts';
import type { Permission } from '../../model/cluster.ts';
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
export function openRefusalText(refusal: OpenRefusal): Words {
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

interface Words {
  readonly message: string;
  readonly remedy: string;
}

/** What is missing, and the rule that grants it. */
export function permissionText(permission: Permission): Words {
  return {
    message: `You may not ${printable(permissionName(permission))}.`,
    remedy: `Grant it by a rule: ${printable(rbacRule(permission))} (docs/rbac.md has the role).`,
  };
}

/** Why the API server did not take a change of a namespace. */
export function writeFailureText(write: Unwritten): Words {
  switch (write.kind) {
    case 'forbidden': {
      const { message, remedy } = permissionText(write.permission);
      return { message: `${message} Nothing was changed.`, remedy };
    }
    case 'conflict': {
      const owners = [...new Set(write.managers.map(({ manager }) => printable(manager)))];
      const fields = write.managers.map(({ field }) => printable(field).replace(/^\.metadata\./, ''));
      return {
        message: `${owners.length === 0 ? 'Somebody else' : listText(owners)} owns ${listText(fields)}, with another value. Nothing was changed.`,
        remedy:
          'Where Git declares it, change it there: what Git says wins at the next reconciliation. To take it over until then: --force.',
      };
    }
    case 'refused':
      return {
        message: `The API server refused it: ${printable(write.message)}. Nothing was changed.`.replace(
          '..',
          '.',
        ),
        remedy:
          'Where the guard is in force, this takes the verb set on namespacelabels: docs/rbac.md has the role.',
      };
  }
}

/** What is known of a change whose answer did not come. */
export function unansweredText(
  outcome: 'made' | 'not-made' | 'unknown',
  { namespace, what }: { readonly namespace: string; readonly what: 'open' | 'close' },
): { readonly text: string; readonly remedy: string } {
  const name = printable(namespace);
  const done = what === 'open' ? 'opened' : 'closed';
  switch (outcome) {
    case 'made':
      return { text: `The change was made all the same: ${name} is ${done}.`, remedy: '' };
    case 'not-made':
      return {
        text: `${name} was not ${done}: nothing was changed.`,
        remedy: 'Run the same again: that is safe.',
      };
    case 'unknown':
      return {
        text: `Whether ${name} was ${done} is not known.`,
        remedy: 'Run the same again: that is safe. propolis hatch status tells what is open.',
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
