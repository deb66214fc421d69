import { decideUnknowing, type KnownLabels } from '../engine/index.ts';
import type { Decision, SideDecision } from '../model/decision.ts';
import type { FlowL7 } from '../model/flow.ts';
import type { L7Request } from '../model/l7.ts';
import { isProtocol, type Protocol } from '../model/port.ts';
import type { RepositoryRead } from '../model/repository.ts';
import type { End } from './ends.ts';
import type { State } from './state.ts';
import type { Edge } from './summarize.ts';

/** An edge with both ends known and judged by the files. */
export interface Judged {
  readonly edge: Edge;
  readonly from: End;
  readonly to: End;
  /** Absent where the protocol is none that policies speak of. */
  readonly decision: Decision | undefined;
}

export function judge(edge: Edge, ends: { readonly from: End; readonly to: End }, state: State): Judged {
  return { edge, ...ends, decision: decide(edge, ends, state) };
}

/** Judges an edge in any state that has its ends. */
export function decide(
  edge: Pick<Edge, 'protocol' | 'port' | 'l7'>,
  { from, to }: { readonly from: End; readonly to: End },
  { engine, read }: State,
): Decision | undefined {
  const [source, destination] = [engine.find(from.id), engine.find(to.id)];
  const protocol = protocolOf(edge);
  if (source === undefined || destination === undefined || protocol === undefined) return undefined;
  const l7 = requestOf(edge.l7);
  const question = { from: source, to: destination, protocol, port: edge.port };
  const known = { from: knownLabels(from, read), to: knownLabels(to, read) };
  const decision = decideUnknowing(engine, l7 === undefined ? question : { ...question, l7 }, known);
  return ofThisCluster(decision, { from, to });
}

function knownLabels({ labelsFrom, party }: End, { namespaces }: RepositoryRead): KnownLabels {
  if (labelsFrom !== 'nowhere') return 'all';
  const declared = namespaces.find(({ name }) => name === party.namespace);
  return declared === undefined || declared.form.kind === 'implied' ? 'nothing' : 'of-namespace';
}

/** These files say nothing of what another cluster enforces on its own pods. */
function ofThisCluster(decision: Decision, { from, to }: { readonly from: End; readonly to: End }): Decision {
  if (from.party.cluster === '' && to.party.cluster === '') return decision;
  const egress = from.party.cluster === '' ? decision.egress : unjudged(decision.egress);
  const ingress = to.party.cluster === '' ? decision.ingress : unjudged(decision.ingress);
  const denied = [egress, ingress].filter(({ verdict }) => verdict === 'denied');
  return {
    ...decision,
    verdict: denied.length > 0 ? 'denied' : 'allowed',
    isCertain: denied.some((side) => side.isCertain) || (egress.isCertain && ingress.isCertain),
    egress,
    ingress,
  };
}

function unjudged({ direction, subject }: SideDecision): SideDecision {
  return {
    direction,
    subject,
    verdict: 'unjudged',
    reason: 'outside',
    rules: [],
    defaultDenyBy: [],
    nearest: [],
    l7: false,
    assumptions: [],
    isCertain: true,
  };
}

/** One edge of each kind: with one protocol and port, the classes of both ends decide. */
export function kindsOf(members: readonly Judged[], { engine }: State): readonly Judged[] {
  const { egressClassOf, ingressClassOf, peerClassOf } = engine.compiled;
  const kinds = new Map<string, Judged>();
  for (const member of members) {
    const [from, to] = [engine.find(member.from.id), engine.find(member.to.id)];
    if (from === undefined || to === undefined) continue;
    const contents = member.edge.l7 === undefined ? '' : JSON.stringify(member.edge.l7);
    const key = `${egressClassOf[from]},${peerClassOf[to]},${ingressClassOf[to]},${peerClassOf[from]},${contents}`;
    if (!kinds.has(key)) kinds.set(key, member);
  }
  return [...kinds.values()];
}

export function protocolOf({ protocol }: Pick<Edge, 'protocol'>): Protocol | undefined {
  return isProtocol(protocol) ? protocol : undefined;
}

/** The side that refuses: the one that recorded the drop where both do, else as packets meet them, egress first. */
export function refusingSide(
  decision: Decision,
  recorded: Edge['direction'] = 'unknown',
): SideDecision | undefined {
  const sides =
    recorded === 'ingress' ? [decision.ingress, decision.egress] : [decision.egress, decision.ingress];
  return sides.find(({ verdict }) => verdict === 'denied');
}

/** What a recorded request held, as L7 rules see it. */
function requestOf(l7: FlowL7 | undefined): L7Request | undefined {
  switch (l7?.kind) {
    case 'http': {
      const { host, path } = splitUrl(l7.url);
      return { kind: 'http', method: l7.method, path, host, headers: l7.headers };
    }
    case 'dns':
      return { kind: 'dns', name: l7.query };
    case undefined:
    case 'other':
      return undefined;
  }
}

/** `http://api:8080/v1?q` is host `api:8080` and path `/v1?q`. */
function splitUrl(url: string): { readonly host: string; readonly path: string } {
  const scheme = url.indexOf('://');
  if (scheme === -1) return { host: '', path: url };
  const rest = url.slice(scheme + 3);
  const slash = rest.indexOf('/');
  return slash === -1 ? { host: rest, path: '/' } : { host: rest.slice(0, slash), path: rest.slice(slash) };
}
