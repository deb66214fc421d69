import type { BadPeer, ChangeRefusal, LostFlow, OwnRule } from '../change/index.ts';
import { catalogPortText, didYouMean, editRefusalText, type RefusalText, ruleFlag } from './change-words.ts';
import { printable } from './printable.ts';
import { count, plural, portText } from './units.ts';
import { problemText } from './words/assumption.ts';
import { listText, placeText, policyText } from './words/policy.ts';

type PlatformRefusal = Extract<
  ChangeRefusal,
  {
    readonly code:
      | 'bad-peer'
      | 'has-profile'
      | 'policy-exists'
      | 'file-exists'
      | 'no-metrics-port'
      | 'list-refused'
      | 'not-applied'
      | 'policy-refused'
      | 'would-drop';
  }
>;

/** Why no policy was begun for a platform namespace. */
export function platformRefusalText(refusal: PlatformRefusal): RefusalText {
  switch (refusal.code) {
    case 'bad-peer':
      return badPeerText(refusal);
    case 'has-profile': {
      const { namespace, profile, place } = refusal;
      return {
        message: `${printable(namespace)} has the profile ${printable(profile)} (${placeText(place)}), and a platform namespace never has one.`,
        remedy: [`Take it away first: propolis namespace set ${printable(namespace)} --remove-profile`],
      };
    }
    case 'policy-exists': {
      const { policy, place } = refusal;
      return {
        message: `There is one already: ${policyText(policy)} (${placeText(place)}).`,
        remedy: ['Add rules to that one.'],
      };
    }
    case 'file-exists':
      return {
        message: `There is a file already: ${printable(refusal.path)}.`,
        remedy: ['Go on with that one, or move it away.'],
      };
    case 'no-metrics-port': {
      const { namespace, candidates } = refusal;
      const found = candidates.map(printable);
      return {
        message: `Nobody said on which port Prometheus scrapes ${printable(namespace)}.`,
        remedy: [
          'Say it with --metrics-port, the port of the pod.',
          ...(found.length === 0 ? [] : [`Its pods declare ${listText(found)}.`]),
        ],
      };
    }
    case 'list-refused': {
      const { file, line } = refusal.refusal;
      return {
        message: `${printable(file)}:${line} could not be changed safely: ${editRefusalText(refusal.refusal)}.`,
        remedy: [`By hand, under resources: - ${printable(refusal.entry)}`],
      };
    }
    case 'not-applied':
      return {
        message: `No cluster would get ${policyText(refusal.policy)}: nothing applies the folder of ${printable(refusal.place.file)}.`,
        remedy: [
          'Check paths.policies and paths.platform in propolis.yaml, and the kustomization that lists them.',
        ],
      };
    case 'policy-refused':
      return {
        message: `The cluster would refuse ${policyText(refusal.policy)}: ${refusal.problems.map(problemText).join('; ')}.`,
        remedy: ['Change what was asked for.'],
      };
    case 'would-drop': {
      const total = refusal.lost.reduce((sum, flow) => sum + flow.count, 0);
      return {
        message: `${plural(total, 'recorded flow')} that passed would not pass any more, such as ${listText(refusal.lost.map(lostText))}.`,
        remedy: [
          'No rule by labels, names or entities admits them. Write the policy without --flows, and admit them by hand.',
          ...(refusal.rules.length === 0
            ? []
            : ['What the other flows need:', ...refusal.rules.map((rule) => `  ${proposalText(rule)}`)]),
        ],
      };
    }
  }
}

function lostText({ from, to, port, protocol, count: times }: LostFlow): string {
  return `${printable(from)} → ${printable(to)} ${portText(port, protocol)} (${count(times)}×)`;
}

function proposalText(rule: OwnRule): string {
  return rule.ports.map((port) => ruleFlag(rule, port)).join(' ');
}

function badPeerText({ text, why, nearest }: BadPeer): RefusalText {
  const name = printable(text);
  switch (why) {
    case 'port':
      return {
        message: `"${name}" has no port.`,
        remedy: [
          `It must be NAME:PORT with a port of the pod: shop/web:8080, world:443, gateway:internal:3000, shop/web:${catalogPortText({ protocol: 'UDP', port: 53 })}.`,
        ],
      };
    case 'unknown':
      return {
        message: `Nothing here is called "${name}".`,
        remedy: [
          didYouMean(nearest, 'Name a namespace, a workload as NAMESPACE/NAME, or an entity such as world.'),
        ],
      };
    case 'pod-not-declared':
      return {
        message: `No file declares the pod "${name}", so its labels are not known.`,
        remedy: ['Name its namespace instead, or write the rule by hand.'],
      };
    case 'address':
      return {
        message: `"${name}" is an address, and policies name none that nobody has documented.`,
        remedy: [
          'Name pods, an entity, or a DNS name (fqdn:NAME). An address outside the cluster needs an entry under externalRanges in propolis.yaml.',
        ],
      };
    case 'name-from':
      return {
        message: `"${name}" is a DNS name, and those are for egress only.`,
        remedy: ['Name world, or a documented range.'],
      };
    case 'not-told-apart':
      return {
        message: `The labels of "${name}" do not tell it from other pods of its namespace.`,
        remedy: ['Name the namespace instead, or give its pods a label of their own.'],
      };
  }
}
