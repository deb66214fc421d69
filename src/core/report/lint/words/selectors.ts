import { printable } from '../../printable.ts';
import { plural } from '../../units.ts';
import { listText } from '../../words/policy.ts';
import type { WordsOf } from './rule-words.ts';

type SelectorRules =
  | 'cidr-for-cluster'
  | 'clusterwide-empty-peer'
  | 'dropped-label'
  | 'empty-peer-list'
  | 'foreign-namespace-subject'
  | 'host-network-pods'
  | 'misread-key'
  | 'missing-cidr-group'
  | 'missing-service'
  | 'negative-peer'
  | 'selects-nothing'
  | 'unknown-namespace';

export const SELECTOR_WORDS: WordsOf<SelectorRules> = {
  'cidr-for-cluster': {
    what: ({ cidr, what, because, detail }) => {
      const target = { pods: 'pods', services: 'Services', nodes: 'nodes', 'api-server': 'the API server' }[
        what
      ];
      switch (because) {
        case 'default':
          return `${printable(cidr)} is where ${detail} have ${target}, and a CIDR rule never matches ${target}`;
        case 'service':
          return `${printable(cidr)} holds the address of the Service ${printable(detail)}, and policy sees the pods behind it`;
        case 'catalog':
          return `${printable(cidr)} holds the API server (${printable(detail)}), and a CIDR rule never matches a node`;
        case 'variable':
          return `\${${printable(detail)}} seems to be where ${target} are, and a CIDR rule never matches ${target}`;
        case 'port':
          return `${printable(cidr)} on port ${printable(detail)} seems to be the API server, and a CIDR rule never matches a node`;
      }
    },
    why: 'Cilium knows pods and nodes by identity, not by address. A CIDR rule that covers their addresses matches only what is outside, unless the agent is told otherwise (policy-cidr-match-mode)',
    fix: ({ what }) => {
      switch (what) {
        case 'pods':
        case 'services':
          return 'select the pods with their namespace and labels';
        case 'nodes':
          return 'use the entities host and remote-node; for other machines in that range keep the rule and say so in a suppression';
        case 'api-server':
          return 'use the entity kube-apiserver';
      }
    },
  },
  'clusterwide-empty-peer': {
    what: ({ direction, ports, namespaces }) =>
      `${direction === 'ingress' ? 'every pod of the cluster is admitted' : 'every pod of the cluster may be reached'} on ${ports.length === 0 ? 'every port' : listText(ports)}${namespaces > 1 ? `, across ${plural(namespaces, 'namespace')}` : ''}`,
    why: 'In a namespaced policy {} means the pods of its own namespace. In a clusterwide one there is no such namespace, so it means all pods of all namespaces, and every isolation between them is void',
    fix: ({ isHole }) =>
      isHole
        ? 'write it as a CiliumNetworkPolicy in each namespace that needs it, or name the peers by namespace'
        : 'if every pod is meant, say so: io.kubernetes.pod.namespace Exists',
  },
  'dropped-label': {
    what: ({ key, operator }) =>
      operator === 'In' || operator === 'Exists'
        ? `no identity has the label ${printable(key)}, so this selects nothing`
        : `no identity has the label ${printable(key)}, so this is always true`,
    why: "Cilium leaves such labels out of a pod's identity, since they would make an identity for each pod. A selector on one is accepted and never matches",
    fix: ({ instead }) =>
      instead === '' ? 'select by a label that the app sets itself' : `write ${printable(instead)}`,
  },
  'empty-peer-list': {
    what: ({ field, matches, ports, isDeny }) =>
      matches === 'everybody'
        ? `an empty ${field} is as if it were not there, so ${listText(ports)} is ${isDeny ? 'closed' : 'open'} to everyone`
        : `an empty ${field} selects nobody, so the rule ${isDeny ? 'denies' : 'admits'} nothing`,
    why: 'Cilium gives empty lists opposite meanings: of endpoints, entities and CIDRs nobody, of names, Services and groups everybody',
    fix: ({ matches }) =>
      matches === 'everybody' ? 'name the peers, or remove the rule' : 'remove the rule, or name its peers',
  },
  'foreign-namespace-subject': {
    what: ({ asked, own, isOverwritten }) =>
      isOverwritten
        ? `Cilium replaces ${listText(asked.map(printable))} by ${printable(own)}, so the policy selects other pods than it says`
        : `a policy in ${printable(own)} cannot select pods of ${listText(asked.map(printable))}, so it selects nothing`,
    why: 'A namespaced policy is always about its own namespace. The pods that were meant are as open or as closed as without it',
    fix: ({ asked }) =>
      `move the policy to namespace ${printable(asked[0] ?? '')}, or make it a CiliumClusterwideNetworkPolicy`,
  },
  'host-network-pods': {
    what: ({ workloads, isSubject }) =>
      `${listText(workloads.map(printable))} is in the host's network, so ${isSubject ? 'no policy for pods selects it' : 'no selector of pods admits it'}`,
    why: "Cilium knows pods in the host's network as their node. Policies for them do nothing, and rules that name them admit nobody",
    fix: ({ isSubject }) =>
      isSubject
        ? 'use the host firewall (nodeSelector in a clusterwide policy), or take the pod out of the host network'
        : 'use the entities host and remote-node',
  },
  'misread-key': {
    what: ({ key, value, problem }) => {
      switch (problem) {
        case 'reserved-value':
          return `reserved: ${printable(value)} asks for a label called reserved, which nothing has`;
        case 'reserved-with-value':
          return `${printable(key)} has an empty value always, never "${printable(value)}"`;
        case 'unknown-source':
          return `what stands before the colon of ${printable(key)} is a source, and no label comes from there`;
      }
    },
    why: "Cilium reads a selector's key up to its first colon as the source of the label. Such a selector is accepted and never matches",
    fix: ({ instead }) =>
      instead === ''
        ? 'write the key without the colon, or with k8s: before it'
        : `write ${printable(instead)}`,
  },
  'missing-cidr-group': {
    what: ({ group, isDeny }) =>
      `no file has the CIDR group ${printable(group)}, so this ${isDeny ? 'denies' : 'admits'} nobody`,
    why: 'A group that does not exist has no addresses',
    fix: ({ nearest }) =>
      nearest === '' ? 'add the CiliumCIDRGroup' : `did you mean ${printable(nearest)}?`,
  },
  'missing-service': {
    what: ({ service, ports, isCertain }) =>
      `no file has the ${printable(service)}${isCertain ? '' : ', though a chart may bring it'}; ${ports.length === 0 ? 'without it the rule admits nothing' : `without it ${listText(ports)} is open to every destination`}`,
    why: 'A toServices rule that finds no Service is as if no peer were written: with ports it opens them to everyone, the internet too',
    fix: () => 'correct the name, or select the pods with toEndpoints, which fails closed',
  },
  'negative-peer': {
    what: ({ peer, direction, admitsExcluded }) =>
      `${direction} ${direction === 'egress' ? 'to' : 'from'} "${printable(peer)}" holds for everything without that label: the internet, nodes${admitsExcluded ? ', and from 1.20 every pod, even those left out' : ''}`,
    why: 'A selector of NotIn and DoesNotExist alone is true of whatever has no such label, and that is not only pods',
    fix: () => 'add what the peers do have: io.kubernetes.pod.namespace Exists, or their labels',
  },
  'selects-nothing': {
    what: ({ selector, isSubject, namespaces }) =>
      `no workload of ${listText(namespaces.map(printable))} has ${printable(selector)}, so ${isSubject ? 'the policy is about nobody' : 'this peer is nobody'}`,
    why: 'A selector that matches nothing is accepted by everything. A policy about nobody protects nobody; a peer that is nobody is a rule that does not work',
    fix: ({ nearest }) =>
      nearest === '' ? 'correct the labels, or remove it' : `did you mean ${printable(nearest)}?`,
  },
  'unknown-namespace': {
    what: ({ namespace, isOwn }) =>
      isOwn
        ? `no file knows namespace ${printable(namespace)}, which this policy is in`
        : `no file knows namespace ${printable(namespace)}, so this selects nothing`,
    why: 'A misspelt namespace is accepted by everything and never matches',
    fix: ({ nearest }) =>
      nearest === '' ? 'correct the name, or declare the namespace' : `did you mean ${printable(nearest)}?`,
  },
};
