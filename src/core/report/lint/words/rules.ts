import { printable } from '../../printable.ts';
import { plural } from '../../units.ts';
import { listText } from '../../words/policy.ts';
import type { WordsOf } from './rule-words.ts';

type RuleRules =
  | 'accidental-default-deny'
  | 'default-deny-without-rules'
  | 'deny-everything'
  | 'empty-ports'
  | 'empty-rule-list'
  | 'icmp-type-zero'
  | 'policy-types-ignored'
  | 'ports-without-peer'
  | 'service-port'
  | 'unknown-named-port';

export const RULE_WORDS: WordsOf<RuleRules> = {
  'accidental-default-deny': {
    what: ({ direction, pods, count }) =>
      `these deny rules isolate ${direction} of ${listText(pods.map(printable))}${count > pods.length ? ` and others, ${plural(count, 'pod')}` : ''}: all other ${direction} is dropped`,
    why: 'Any rule switches default deny on for the pods that it selects, a deny rule too. Where no other rule admits anything, that cuts everything off',
    fix: ({ direction }) => `set enableDefaultDeny.${direction} to false`,
  },
  'default-deny-without-rules': {
    what: ({ direction }) => `enableDefaultDeny.${direction} does nothing without a rule for ${direction}`,
    why: 'Default deny is a property of rules. Without one the direction stays open, whatever stands here',
    fix: ({ direction }) => `remove it, or add a rule for ${direction}`,
  },
  'deny-everything': {
    what: ({ direction, voided }) =>
      `${direction} is denied for everyone${voided === 0 ? '' : `, which voids ${plural(voided, 'allow rule')}`}`,
    why: 'A deny rule outweighs every allow rule, of any policy, however narrow. Nothing can be opened any more, not even by the escape hatch',
    fix: () => 'remove it; what no rule admits is denied anyway',
  },
  'empty-ports': {
    what: ({ direction, hasOthers, isDeny, isIcmp }) =>
      `a list of ${isIcmp ? 'ICMP types without a type' : 'ports without a port'} matches nothing${hasOthers ? '' : `, so the rule ${isDeny ? 'denies' : 'admits'} no ${direction}`}`,
    why: 'It reads like "any port" and means the opposite',
    fix: ({ isIcmp }) =>
      isIcmp ? 'name the types, such as EchoRequest for ping' : 'name the ports, or remove it',
  },
  'empty-rule-list': {
    what: ({ list }) => `${list}: [] does nothing`,
    why: 'It reads like "nothing may pass". An empty list isolates nothing: what isolates a pod is a rule that selects it',
    fix: ({ list }) => `remove ${list}; the baselines isolate the pods`,
  },
  'icmp-type-zero': {
    what: ({ isDeny }) => `type 0 (EchoReply) ${isDeny ? 'denies' : 'admits'} every ICMP type`,
    why: 'Type 0 becomes port 0, which is the wildcard (cilium#41304). Replies need no rule: they belong to the request',
    fix: () => 'admit type 8 (EchoRequest), in the direction of the request',
  },
  'policy-types-ignored': {
    what: ({ direction }) =>
      `policyTypes leaves ${direction} out, and Cilium isolates it all the same because of these rules`,
    why: 'Kubernetes says that rules of a direction that policyTypes omits do not count. Cilium counts them (cilium#48703)',
    fix: ({ direction }) =>
      `remove the rules for ${direction}, or add ${direction === 'ingress' ? 'Ingress' : 'Egress'} to policyTypes`,
  },
  'ports-without-peer': {
    what: ({ direction, ports, isCutOff }) =>
      `${direction} on ${listText(ports)} is open to everyone${isCutOff ? ', and the rule before it has a peer and every port: one dash too many' : ', since no peer is named'}`,
    why: 'A rule with ports and no peer admits every peer, the internet too. Two list items are two rules, not one',
    fix: ({ isCutOff }) =>
      isCutOff
        ? 'remove the dash before toPorts, so that both belong to one rule'
        : 'name the peers; if everyone is meant, say so with the entity all',
  },
  'service-port': {
    what: ({ port, protocol, service, podPort, workload, rules }) =>
      `${port}/${protocol} is the port of the Service ${printable(service)}; ${printable(workload)} listens on ${podPort}${rules > 1 ? `; ${plural(rules, 'rule')} of this policy have it` : ''}`,
    why: "Policy is judged after a Service's address has become a pod's. A rule for the Service's port never matches",
    fix: ({ podPort, protocol }) => `write ${podPort}/${protocol}`,
  },
  'unknown-named-port': {
    what: ({ name, direction, declared }) =>
      `no ${direction === 'ingress' ? 'pod that it selects' : 'peer'} declares a port ${printable(name)}${declared.length === 0 ? '' : `; there is ${listText(declared.map(printable))}`}`,
    why: 'A named port is looked up in the pods that receive. Where none declares it with that protocol, the rule admits nothing',
    fix: () => 'correct the name, or write the number',
  },
};
