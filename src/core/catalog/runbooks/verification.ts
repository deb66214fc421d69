import { accessLabel, profileLabel } from '../lookup.ts';
import { code, tableOf } from '../render/markdown.ts';
import type { Catalog, Resource } from '../types.ts';
import { beginning, shell } from './parts.ts';

/** Whether a namespace gets what its labels promise, and what to do where it does not. */
export function verificationRunbook(catalog: Catalog): string {
  const sections = [
    '# Network policy: verification',
    'Traffic is denied unless a policy admits it, at both ends. This page is for after a deployment, and for when something cannot connect.',
    ...beginning(catalog),
    ...meaning(catalog),
    '## Impact',
    'A connection that policy drops times out: the client sees no answer, not a refusal.',
    ...diagnosis(catalog),
    ...mitigation(catalog),
  ];
  return `${sections.join('\n\n')}\n`;
}

function meaning(catalog: Catalog): readonly string[] {
  return [
    '## Meaning',
    `\`NetworkPolicyDrops\` fires when Hubble counts drops for the reasons POLICY_DENIED or POLICY_DENY. What a namespace may do follows from its labels: ${code(profileLabel(catalog))}, and ${code(accessLabel(catalog, 'NAME'))} for shared resources.`,
    shell(`kubectl get namespace "$NAMESPACE" --show-labels`),
    shell('propolis status "$NAMESPACE" --cluster'),
  ];
}

function diagnosis(catalog: Catalog): readonly string[] {
  const { dns, prometheus, gateways } = catalog;
  const [dnsPort] = dns.ports;
  const gatewayNamespaces = [...new Set(gateways.map(({ namespace }) => namespace))];
  const check = (what: string, ...commands: readonly string[]): readonly string[] => [
    `**${what}**`,
    shell(...commands),
  ];
  return [
    '## Diagnosis',
    'All checks at once, each passed, failed with its cause, or without traffic:',
    shell('propolis verify "$NAMESPACE" --cluster --since 5m'),
    'Drops, with what blocks and the fix:',
    shell('propolis debug "$NAMESPACE" --cluster --since 5m'),
    shell('hubble observe --verdict DROPPED --namespace "$NAMESPACE" --since 5m'),
    'One by one:',
    ...check(
      'DNS',
      `hubble observe --namespace "$NAMESPACE" --protocol ${dnsPort?.protocol ?? 'UDP'} --port ${dnsPort?.port ?? 53} --since 5m`,
    ),
    ...catalog.resources.flatMap((resource) => check(resource.name, resourceCommand(resource))),
    ...check(
      'The internet',
      'hubble observe --namespace "$NAMESPACE" --to-identity world --port 443 --since 5m',
    ),
    ...gatewayNamespaces.flatMap((namespace) =>
      check(
        `Gateways in ${namespace}`,
        `hubble observe --from-namespace ${namespace} --to-namespace "$NAMESPACE" --since 5m`,
      ),
    ),
    ...check(
      'Prometheus',
      `hubble observe --from-namespace ${prometheus.namespace} --to-namespace "$NAMESPACE" --since 5m`,
    ),
    'The policies themselves, and whether the agent took them:',
    shell(
      'kubectl get ciliumnetworkpolicies --namespace "$NAMESPACE"',
      'kubectl get ciliumclusterwidenetworkpolicies',
    ),
  ];
}

function resourceCommand({ target, ports }: Resource): string {
  const [port] = ports;
  const to = target.kind === 'pods' ? `--to-namespace ${target.namespace}` : `--to-identity ${target.entity}`;
  return `hubble observe --from-namespace "$NAMESPACE" ${to} --to-port ${port?.port ?? 443} --since 5m`;
}

function mitigation(catalog: Catalog): readonly string[] {
  const rows = [
    [
      `egress to ${catalog.dns.namespace}`,
      'the DNS baseline is missing',
      'restore it: `propolis render --check`',
    ],
    ...catalog.resources.map((resource) => [
      `egress to ${resource.target.kind === 'pods' ? resource.target.namespace : resource.target.entity}`,
      `no access to ${resource.name}`,
      `the label ${code(`${accessLabel(catalog, resource.name)}: "true"`)}`,
    ]),
    ['egress to the internet', 'the profile has no way out', 'another profile: `propolis profile list`'],
    ['ingress from a gateway', 'the profile lets it not in', 'another profile: `propolis profile list`'],
    [
      `ingress from ${catalog.prometheus.namespace}`,
      'the scrape baseline is missing, or the port is none of its own',
      'restore it, or `prometheus.ports` in `propolis.yaml`',
    ],
  ];
  return [
    '## Mitigation',
    tableOf(['drop', 'cause', 'fix'], rows),
    'Every fix goes through Git. In a clone of the repository this prints the smallest one; `--apply --pull-request` in place of `-o diff` opens it as a pull request, with its proof:',
    shell('propolis debug "$NAMESPACE" --since 5m -o diff'),
    'If that takes too long, and only then: [network-policy-escape-hatch.md](network-policy-escape-hatch.md).',
  ];
}
