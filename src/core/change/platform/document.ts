import type { Catalog, CatalogPort } from '../../catalog/index.ts';
import type { PolicyDocument, Rule } from '../../catalog/render/document.ts';
import { platformSkeleton } from '../../catalog/render/index.ts';
import { rulesTo } from '../../catalog/render/mesh.ts';
import { commentLines, printPolicy, schemaLine } from '../../catalog/render/print-policy.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { OwnRule } from './own-rule.ts';

/** What the policy of a platform namespace is made of, besides the catalog. */
export interface PlatformParts {
  readonly namespace: string;
  readonly metricsPorts: readonly CatalogPort[];
  readonly isInMesh: boolean;
  readonly rules: readonly OwnRule[];
}

/** The five groups of rules: probes, scraping, HBONE in the mesh, DNS, and what the namespace itself needs. */
export function platformDocument(catalog: Catalog, parts: PlatformParts): PolicyDocument {
  const { namespace, metricsPorts, isInMesh, rules } = parts;
  const local = { ...catalog, mesh: { ...catalog.mesh, ambient: isInMesh } };
  const skeleton = platformSkeleton(local, { namespace, metricsPorts });
  const own = (direction: OwnRule['direction']): readonly Rule[] =>
    rules.filter((rule) => rule.direction === direction).flatMap((rule) => ownRules(rule, local));
  return {
    ...skeleton,
    specs: skeleton.specs.map((spec) => ({
      ...spec,
      description: `What ${namespace} needs: probes, scraping, DNS${isInMesh ? ', HBONE' : ''}, and its own traffic.`,
      ingress: [...(spec.ingress ?? []), ...own('ingress')],
      egress: [...(spec.egress ?? []), ...own('egress')],
    })),
  };
}

function ownRules(rule: OwnRule, catalog: Catalog): readonly Rule[] {
  const { peers, ports } = rule;
  const comment = commentOf(rule);
  if (peers.kind !== 'endpoints') return [{ comment, peers, ports }];
  return peers.selectors.flatMap((selector) => rulesTo(catalog, { comment, selector, ports }));
}

function commentOf({ direction, peer, origin, evidence }: OwnRule): string {
  if (origin === 'catalog') return `${peer.charAt(0).toUpperCase()}${peer.slice(1)}.`;
  const who = `${direction === 'ingress' ? 'From' : 'To'} ${peer}`;
  if (evidence === undefined) return `${who}.`;
  const { passed, dropped } = evidence;
  const counts = [
    ...(passed > 0 ? [`${passed} passed`] : []),
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
  ];
  return `${who}; flows recorded: ${counts.join(', ')}.`;
}

/** The file, with the schema that its neighbours name. */
export function platformText(document: PolicyDocument, neighbours: readonly SourceFile[]): string {
  const comment =
    'Begun by `propolis platform add`, and yours from now on. A platform namespace has no profile: all that it needs stands here.';
  return `---\n${schemaOf(neighbours) ?? schemaLine(document)}\n${commentLines(comment).join('\n')}\n${printPolicy(document)}`;
}

const MODELINE = /^# yaml-language-server: \$schema=\S*ciliumnetworkpolicy_v2\S*$/;
const LINES_MAX = 6;

function schemaOf(neighbours: readonly SourceFile[]): string | undefined {
  for (const { text } of neighbours) {
    const lines = text.slice(0, 4096).split(/\r?\n/, LINES_MAX);
    const line = lines.find((one) => MODELINE.test(one));
    if (line !== undefined) return line;
  }
  return undefined;
}
