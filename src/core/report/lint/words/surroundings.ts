import { printable } from '../../printable.ts';
import { listText } from '../../words/policy.ts';
import type { WordsOf } from './rule-words.ts';

type SurroundingRules =
  | 'alert-label-not-exported'
  | 'apiserver-as-remote-node'
  | 'bad-suppression'
  | 'cilium-health-cut'
  | 'description-contradicts';

export const SURROUNDING_WORDS: WordsOf<SurroundingRules> = {
  'alert-label-not-exported': {
    what: ({ alert, metric, label, problem, configuredAt }) => {
      const where = configuredAt === '' ? '' : ` (${printable(configuredAt)})`;
      switch (problem) {
        case 'not-listed':
          return `${printable(alert)} can never fire: kube-state-metrics exports other ${metric} of namespaces than ${printable(label)}${where}`;
        case 'none-listed':
          return `${printable(alert)} can never fire: kube-state-metrics exports no ${metric} of namespaces, so there is no ${printable(label)}${where}`;
        case 'unknown':
          return `${printable(alert)} needs ${printable(label)}, and no file tells kube-state-metrics to export it`;
      }
    },
    why: 'The metrics of namespaces carry no label and no annotation that kube-state-metrics was not told to export. An alert on one that is not there stays silent for ever, and nobody notices',
    fix: ({ key, label, metric }) =>
      `add namespaces=[${key === '' ? `the label behind ${printable(label)}` : printable(key)}] to ${metric === 'labels' ? 'metricLabelsAllowlist of kube-state-metrics (--metric-labels-allowlist)' : 'metricAnnotationsAllowList of kube-state-metrics (--metric-annotations-allowlist)'}`,
  },
  'apiserver-as-remote-node': {
    what: ({ ports, pod }) =>
      `the API server is admitted to ${printable(pod)} on ${listText(ports)} only as kube-apiserver; through a tunnel it comes as remote-node`,
    why: 'In tunnel mode, and with managed control planes, calls of webhooks carry the identity of a node. They drop, and admission fails or hangs',
    fix: () => 'add the entity remote-node, unless flows show that it comes as kube-apiserver here',
  },
  'bad-suppression': {
    what: ({ problem, rule }) => {
      switch (problem) {
        case 'no-rule':
          return 'the comment names no rule';
        case 'no-reason':
          return `the comment gives no reason to ignore ${printable(rule)}`;
        case 'unknown-rule':
          return `there is no rule ${printable(rule)}`;
        case 'unused':
          return `${printable(rule)} finds nothing here any more`;
      }
    },
    why: 'A finding that is set aside without a reason is set aside for ever. One that sets nothing aside hides the next one',
    fix: ({ problem, nearest }) => {
      switch (problem) {
        case 'no-rule':
        case 'no-reason':
          return 'write # propolis-lint-ignore RULE and why';
        case 'unknown-rule':
          return nearest === '' ? 'see propolis lint --list-rules' : `did you mean ${printable(nearest)}?`;
        case 'unused':
          return 'remove the comment';
      }
    },
  },
  'cilium-health-cut': {
    what: ({ policies }) =>
      `${listText(policies.map(printable))} isolates Cilium's own health endpoint, and other nodes may not reach it on 4240/TCP`,
    why: 'A clusterwide policy for {} selects the health endpoint of each node too. cilium-health then reports healthy nodes as unreachable, and hides those that are',
    fix: () =>
      'admit the entities health and remote-node in the same policy, or select pods by io.kubernetes.pod.namespace Exists',
  },
  'description-contradicts': {
    what: ({ claim, problem, port }) => {
      const said = `the description says "${printable(claim)}"`;
      switch (problem) {
        case 'admits-other-namespaces':
          return `${said}, and the rules admit pods of every namespace`;
        case 'opens-egress':
          return `${said}, and a rule opens egress to the world`;
        case 'opens-ingress':
          return `${said}, and a rule opens ingress from the world`;
        case 'opens-http':
          return `${said}, and a rule opens port 80`;
        case 'port-closed':
          return `${said}, and no rule opens port ${port}`;
      }
    },
    why: 'People review the sentence and the cluster does what the rules say',
    fix: () => 'correct the rules or the description, whichever is wrong',
  },
};
