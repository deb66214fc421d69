import { gatewayOf, hasPort, isDns, isPlatform, isPrometheus, resourceAt } from '../catalog/index.ts';
import type { SideDecision } from '../model/decision.ts';
import type { LabelText } from '../model/label.ts';
import { type CauseContext, hasAccess, labelsOf, profileOf } from './cause-context.ts';
import type { End } from './ends.ts';
import { type Judged, protocolOf } from './judged.ts';
import type { Cause } from './types.ts';

/** The side that refuses, whose policies were asked, and about whom. */
export interface Sides {
  readonly side: SideDecision;
  readonly subject: End;
  readonly peer: End;
}

/** The rows of the mission's table: what the product's own labels and baselines are for. */
export function causeByModel(
  judged: Judged,
  { side, subject, peer }: Sides,
  context: CauseContext,
): Cause | undefined {
  const { catalog } = context.inputs;
  const { namespace } = subject.party;
  const peerLabels = labelsOf(peer, context);
  const party = { namespace: peer.party.namespace, labels: peerLabels };
  const platform = isPlatform(catalog, namespace);
  if (side.direction === 'egress') {
    if (isDnsQuestion(judged, context)) return { code: 'missing-dns-baseline', namespace, isInFiles: false };
    const resource = resourceOf(judged, party, context);
    if (resource !== undefined && !platform && !hasAccess(context, namespace, resource)) {
      return { code: 'missing-access-label', namespace, resource };
    }
    if (peer.party.kind === 'outside' && !platform) {
      return { code: 'profile-without-egress', namespace, profile: profileOf(context, namespace) };
    }
    return undefined;
  }
  if (isScrape(judged, peer, context) && !platform)
    return { code: 'missing-scrape-baseline', namespace, isInFiles: false };
  const gateway = gatewayOf(catalog, party);
  if (gateway !== undefined && !platform) {
    return {
      code: 'profile-without-gateway',
      namespace,
      profile: profileOf(context, namespace),
      gateway: gateway.name,
    };
  }
  // The resource's side admits by the label that the source's namespace lacks.
  const resource = resourceOf(judged, { namespace, labels: labelsOf(subject, context) }, context);
  const source = peer.party.namespace;
  if (
    resource !== undefined &&
    source !== '' &&
    peer.party.cluster === '' &&
    !isPlatform(catalog, source) &&
    !hasAccess(context, source, resource)
  ) {
    return { code: 'missing-access-label', namespace: source, resource };
  }
  return undefined;
}

function resourceOf(
  { edge }: Judged,
  party: { readonly namespace: string; readonly labels: readonly LabelText[] },
  { inputs }: CauseContext,
): string | undefined {
  const protocol = protocolOf(edge);
  return protocol === undefined
    ? undefined
    : resourceAt(inputs.catalog, { ...party, port: edge.port, protocol })?.name;
}

/** Where DNS is asked, whatever the catalog says; the pods behind may listen elsewhere. */
const DNS_PORT = 53;

function isDnsQuestion({ edge, to }: Judged, context: CauseContext): boolean {
  const { catalog } = context.inputs;
  const party = { namespace: to.party.namespace, labels: labelsOf(to, context) };
  return (
    isDns(catalog, party) &&
    (edge.port === DNS_PORT || catalog.dns.ports.some(({ port }) => port === edge.port))
  );
}

/** Prometheus on a port that the catalog has it scrape. On others it needs a rule as everybody does. */
function isScrape({ edge }: Judged, peer: End, context: CauseContext): boolean {
  const { catalog } = context.inputs;
  const protocol = protocolOf(edge);
  const party = { namespace: peer.party.namespace, labels: labelsOf(peer, context) };
  return (
    isPrometheus(catalog, party) &&
    protocol !== undefined &&
    hasPort(catalog.prometheus.ports, protocol, edge.port)
  );
}

/**
 * What only a baseline is for was dropped, and a clusterwide policy of the files admits it on the side that
 * dropped it: the cluster had it not.
 */
export function lostBaseline(judged: Judged, context: CauseContext): Cause | undefined {
  const { edge, from, to, decision } = judged;
  const admits = (side: SideDecision | undefined): boolean =>
    side?.rules.some(({ policy }) => policy.kind === 'CiliumClusterwideNetworkPolicy') === true;
  if (edge.direction !== 'ingress' && isDnsQuestion(judged, context) && admits(decision?.egress)) {
    return { code: 'missing-dns-baseline', namespace: from.party.namespace, isInFiles: true };
  }
  const isApp = !isPlatform(context.inputs.catalog, to.party.namespace);
  if (edge.direction !== 'egress' && isScrape(judged, from, context) && isApp && admits(decision?.ingress)) {
    return { code: 'missing-scrape-baseline', namespace: to.party.namespace, isInFiles: true };
  }
  return undefined;
}
