import {
  accessLabel,
  agentOptionsOf,
  ENFORCEMENT_DISABLED,
  enforcementLabel,
  profileLabel,
} from '../lookup.ts';
import { type ProfileTable, profileTable } from '../profile-table.ts';
import { admissionsText, commonOf, portSetText, withoutCommon } from '../profile-words.ts';
import type { Catalog, Pods, Resource } from '../types.ts';
import { kubeApiResource } from './baselines.ts';
import { relativeTo } from './foreign.ts';
import type { Layout } from './layout.ts';
import { code, fenced, tableOf } from './markdown.ts';
import { markMarkdown } from './marker.ts';
import { renderedPolicies } from './policies.ts';

/**
 * The README of the tree. Its tables are what the engine finds in the rendered policies, so they cannot promise what
 * the policies do not hold.
 */
export function readmeText(catalog: Catalog, layout: Layout): string {
  const options = agentOptionsOf(catalog);
  const table = profileTable(catalog, { policies: renderedPolicies(catalog, options), options });
  const sections = [
    ...introduction(catalog),
    ...folders(catalog, layout),
    ...profiles(catalog, table),
    ...access(catalog, table),
    ...neighbours(catalog),
    ...mesh(catalog),
    ...hatch(catalog),
    ...changing(catalog),
  ];
  return markMarkdown(`${sections.join('\n\n')}\n`);
}

function introduction(catalog: Catalog): readonly string[] {
  return [
    '# Network policy',
    'Everything that no policy admits is denied. Nobody writes a default-deny policy for that: the baselines select every pod, and a pod that any policy selects is isolated. A flow needs both ends, egress of the one and ingress of the other; every policy here that opens one end opens the other too.',
    tableOf(
      ['layer', 'for', 'what'],
      [
        ['baselines', 'every pod', 'DNS, probes, Prometheus; the Kubernetes API for who asks'],
        ['profiles', code(`${profileLabel(catalog)}: NAME`), 'which gateways come in, and what goes out'],
        [
          'shared resources',
          code(`${accessLabel(catalog, 'NAME')}: "true"`),
          'the way to one resource, both ends',
        ],
        ['platform', 'each platform namespace', 'a policy of its own, written by hand'],
        [
          'escape hatch',
          code(`${enforcementLabel(catalog)}: ${ENFORCEMENT_DISABLED}`),
          'everything, both ways, for as long as it stands there',
        ],
      ],
    ),
    'All labels stand on Namespaces, in Git.',
  ];
}

function folders({ paths }: Catalog, { root, folders: at }: Layout): readonly string[] {
  const name = (path: string): string => code(`${relativeTo(root, path)}/`);
  const isFlat = Object.values(at).some((path) => path === root);
  const rows = [
    [name(at.baselines), 'rendered'],
    [name(at.profiles), 'rendered'],
    [name(at.sharedResources), 'rendered'],
    [name(at.platform), 'written by hand; `propolis render` begins what is missing'],
  ];
  return [
    '## Folders',
    ...(isFlat ? [] : [tableOf(['folder', 'its files'], rows)]),
    `Rendered files say so in their first lines, and follow from \`propolis.yaml\`. Other files beside them are left alone, as is everything in a kustomization that names no rendered file. Namespaces are declared in ${paths.namespaces.map(code).join(', ')}.`,
  ];
}

function profiles(catalog: Catalog, table: ProfileTable): readonly string[] {
  if (table.profiles.length === 0) return [];
  const [ingress, egress] = [commonOf(table.profiles, 'ingress'), commonOf(table.profiles, 'egress')];
  const rows = table.profiles.map((row) => [
    code(row.profile),
    admissionsText(withoutCommon(row, ingress, 'ingress')),
    admissionsText(withoutCommon(row, egress, 'egress')),
    row.description,
  ]);
  const common = [
    ...(ingress.length === 0 ? [] : [`in: ${admissionsText(ingress)}`]),
    ...(egress.length === 0 ? [] : [`out: ${admissionsText(egress)}`]),
  ];
  return [
    '## Profiles',
    tableOf(['profile', 'in', 'out', 'for'], rows),
    `${common.length === 0 ? '' : `Every profile besides: ${common.join('; ')}. `}Pods do not reach each other, neither in a namespace nor across namespaces, but where this page says so.`,
    `In the Namespace of an app:`,
    fenced('yaml', [
      'apiVersion: v1',
      'kind: Namespace',
      'metadata:',
      '  name: shop',
      '  labels:',
      `    ${profileLabel(catalog)}: ${table.profiles.at(-1)?.profile ?? ''}`,
    ]),
  ];
}

function access(catalog: Catalog, table: ProfileTable): readonly string[] {
  if (table.access.length === 0) return [];
  const rows = table.access.map(({ resource, description, ports }) => {
    const found = catalog.resources.find(({ name }) => name === resource);
    return [
      code(`${accessLabel(catalog, resource)}: "true"`),
      found === undefined ? '' : targetText(found),
      portSetText(ports),
      description,
    ];
  });
  const isBaseline = kubeApiResource(catalog)?.name;
  return [
    '## Access to shared resources',
    tableOf(['label', 'to', 'ports', 'what'], rows),
    `The ports are those of the pods: policies never see the port of a Service.${isBaseline === undefined ? '' : ` The policy for ${code(isBaseline)} is among the baselines.`}`,
  ];
}

function targetText({ target }: Resource): string {
  return target.kind === 'entity' ? `the entity ${code(target.entity)}` : podsText(target);
}

function podsText({ namespace, labels }: Pods): string {
  const pairs = Object.entries(labels).map(([key, value]) => code(`${key}=${value}`));
  return `${code(namespace)}${pairs.length === 0 ? ', any pod' : `, pods with ${pairs.join(', ')}`}`;
}

function neighbours({ intraNamespace, platform }: Catalog): readonly string[] {
  const names = (list: readonly string[]): string => list.map(code).join(', ');
  return [
    ...(intraNamespace.length === 0
      ? []
      : [
          '## Within a namespace',
          `Pods talk to each other only in ${names(intraNamespace.map(({ name }) => name))}, and never across namespaces. Each has a policy of its own for that: in a clusterwide one the same words would mean every pod of the cluster.`,
        ]),
    ...(platform.namespaces.length === 0
      ? []
      : [
          '## Platform',
          `${names(platform.namespaces)} have no profile. Each has a policy of its own: DNS, probes and Prometheus first, then what it needs.`,
        ]),
  ];
}

function mesh({ mesh: { ambient, port } }: Catalog): readonly string[] {
  if (!ambient) return [];
  return [
    '## Mesh',
    `In the ambient mesh pods speak HBONE, and Cilium sees ${port}/TCP in place of the port inside. Whoever may reach something may reach it by HBONE too, and no one else; but what goes on inside of that tunnel is for the mesh's own AuthorizationPolicy to say. Probes come from a link-local address there, which the baseline admits.`,
  ];
}

function hatch(catalog: Catalog): readonly string[] {
  const label = code(`${enforcementLabel(catalog)}: ${ENFORCEMENT_DISABLED}`);
  return [
    '## Escape hatch',
    `A namespace with ${label} has no limits, and nobody has any towards it: both ends are open, but for deny rules. While no namespace has the label, the policy does nothing. Use it by its procedure, and never leave it in Git.`,
  ];
}

function changing({ clusters }: Catalog): readonly string[] {
  const direct = clusters.filter(({ environment }) => environment === 'dev').map(({ name }) => code(name));
  const exception = direct.length === 0 ? '' : ` ${direct.join(', ')} may be tried on directly.`;
  return [
    '## To change something',
    `1. An app needs more: change the labels of its Namespace.\n2. A profile or a resource is missing: add it to \`propolis.yaml\`, then run \`propolis render\`.\n3. \`propolis render --check\` says whether this folder is what the catalog asks for; \`propolis profile list\` says what the policies admit.\n\nAll of it goes through a pull request, never through kubectl.${exception}`,
  ];
}
