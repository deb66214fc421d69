import { type Command, Option } from 'commander';
import { FLAG_NAMES, FLAGS, type FlagName } from '../../core/flow/filter/flag-values.ts';
import type { FlowFilters } from '../../core/model/flow-filter.ts';

/** Collects filters from the command line in their order, which `--not` depends on. */
export interface FilterCollector {
  /** @throws {FilterError} for the first mistake on the command line */
  filters(): Promise<FlowFilters>;
  /** Whether `--cluster` was given without a name: then it is ours, and reads the policies of the cluster. */
  isClusterRead(): boolean;
}

/** Adds Hubble's flags that filter flows. */
export function addFilterOptions(command: Command): FilterCollector {
  const given: (readonly [name: FlagName | 'not' | 'allowlist' | 'denylist', value: string])[] = [];
  let isClusterRead = false;
  command.optionsGroup('Which flows, by the flags of hubble observe:');
  command.option('--not', 'turn the next filter around: --not --verdict FORWARDED');
  const isShown = new Set<string>();
  for (const [name, value, words] of HELP) {
    isShown.add(name);
    addFlag(command, name, { value, words });
  }
  // A family of flags is one line of help: --from-x, --to-x.
  for (const name of FLAG_NAMES)
    if (!isShown.has(name)) addFlag(command, name, { value: '<value>', words: '' });
  command
    .option('--allowlist <json>', "or what this JSON of Hubble's filters matches; repeatable")
    .option('--denylist <json>', 'and nothing that this matches');
  for (const name of [...FLAG_NAMES, 'not', 'allowlist', 'denylist'] as const) {
    command.on(`option:${name}`, (value: string | null) => {
      if (name === 'cluster' && value === null) isClusterRead = true;
      else given.push([name, value ?? '']);
    });
  }
  return {
    isClusterRead: () => isClusterRead,
    async filters() {
      const { filterFlags } = await import('../../core/flow/filter/index.ts');
      const flags = filterFlags();
      for (const [name, value] of given) {
        if (name === 'allowlist' || name === 'denylist') flags.addRaw(name, value);
        else flags.add(name, value);
      }
      return flags.filters();
    },
  };
}

function addFlag(
  command: Command,
  name: FlagName,
  { value, words }: { readonly value: string; readonly words: string },
): void {
  const short = SHORT[name];
  const flag = `${short === undefined ? '' : `${short}, `}--${name}`;
  const hasNoValue = FLAGS[name].hasNoValue === true;
  const option = new Option(hasNoValue ? flag : `${flag} ${value}`, words);
  command.addOption(words === '' ? option.hideHelp() : option);
}

const SHORT: Readonly<Partial<Record<FlagName, string>>> = {
  type: '-t',
  ipv4: '-4',
  ipv6: '-6',
  namespace: '-n',
  'all-namespaces': '-A',
  label: '-l',
};

const HELP: readonly (readonly [name: FlagName, value: string, words: string])[] = [
  ['namespace', '<name>', 'either end is in it; --from-namespace, --to-namespace for one end'],
  ['all-namespaces', '', 'in any; --from-all-namespaces, --to-all-namespaces'],
  ['pod', '<[ns/]name>', 'either end is such a pod, by the beginning of its name; --from-pod, --to-pod'],
  ['workload', '<[Kind/]name>', '--from-workload, --to-workload'],
  ['label', '<selector>', "Kubernetes' syntax: k8s:app=web,tier in (a,b); --from-label, --to-label"],
  ['service', '<[ns/]name>', '--from-service, --to-service'],
  ['identity', '<id>', 'a number, or world, host, kube-apiserver, …; --from-identity, --to-identity'],
  ['ip', '<address>', 'or prefix; --from-ip, --to-ip, --snat-ip'],
  ['fqdn', '<pattern>', '*.example.com; --from-fqdn, --to-fqdn'],
  ['port', '<number>', '--from-port, --to-port'],
  ['protocol', '<name>', 'tcp, udp, sctp, icmp, icmpv4, icmpv6, igmp, vrrp, dns, http, kafka'],
  ['verdict', '<name>', 'FORWARDED, DROPPED, AUDIT, REDIRECTED, ERROR, TRACED, TRANSLATED'],
  ['drop-reason-desc', '<name>', 'POLICY_DENIED, POLICY_DENY, …'],
  [
    'type',
    '<type[:sub]>',
    'drop, policy-verdict, l7, trace[:to-endpoint, …], capture, trace-sock, or numbers',
  ],
  ['traffic-direction', '<way>', 'ingress or egress'],
  ['tcp-flags', '<flags>', 'syn, or syn,ack for both'],
  ['http-status', '<code>', '404, or 5+ for all that begin so'],
  ['http-method', '<method>', 'get, post, …'],
  ['http-path', '<regex>', '--http-url <regex>, --http-header <name:value>'],
  ['ipv4', '', 'only IPv4'],
  ['ipv6', '', 'only IPv6; --ip-version none for neither'],
  ['encrypted', '', 'only encrypted ones; --unencrypted for the others'],
  ['cluster', '[name]', '--from-cluster, --to-cluster; without a name: policies of the running cluster'],
  ['node-name', '<pattern>', '[cluster/]node, with *; --node-label <selector>, --interface <name>'],
  ['uuid', '<uuid>', '--trace-id <id>, --ip-trace-id <number>'],
  ['cel-expression', '<cel>', 'judged by the server: _flow.verdict == Verdict.DROPPED'],
];
