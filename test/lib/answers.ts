import { compile, type Engine } from '../../src/core/engine/index.ts';
import { parseAddress } from '../../src/core/model/cidr.ts';
import type { Decision, SideDecision } from '../../src/core/model/decision.ts';
import type { L7Request } from '../../src/core/model/l7.ts';
import { CILIUM_VERSIONS, type CiliumVersion } from '../../src/core/model/options.ts';
import { isProtocol, PROTOCOLS, type Protocol } from '../../src/core/model/port.ts';
import { portsContain } from '../../src/core/model/port-set.ts';
import { type WorldGiven, worldFrom } from './world-from.ts';

/**
 * A case of a table: a world, and what is asked of it with the answers, one on a line.
 *
 *     a/x → a/y 80/TCP: allowed
 *     1.1.1.1 → a/y 8/ICMP: denied, ingress default-deny
 *     a/x → a/y 80/TCP GET web.a/private: denied, ingress l7-refused
 *
 * After the port may stand what the request holds: `GET host/path`, `dns NAME`, `sni NAME`. An address that no
 * endpoint has as its id is one outside the cluster.
 */
export interface Case extends WorldGiven {
  readonly name: string;
  /** All of them where nothing is said. */
  readonly versions?: readonly CiliumVersion[];
  readonly flows: string;
}

/** A row for each version: name, and the case with the version among its options. */
export function rowsOf(cases: readonly Case[]): readonly (readonly [name: string, row: Case])[] {
  return cases.flatMap((one) =>
    (one.versions ?? CILIUM_VERSIONS).map(
      (version) => [`${one.name} (${version})`, { ...one, options: { version, ...one.options } }] as const,
    ),
  );
}

/** The lines that were asked for. */
export function expectedOf({ flows }: Case): readonly string[] {
  return flows
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The same lines with the engine's answers. */
export function answersOf(given: Case): readonly string[] {
  const lines = expectedOf(given).map(questionOf);
  const named = new Set([...(given.endpoints ?? []).map(({ id }) => id), ...(given.outside ?? [])]);
  const addresses = new Set(
    lines
      .flatMap(({ from, to }) => [from, to])
      .filter((id) => parseAddress(id) !== undefined && !named.has(id)),
  );
  const outside = [...(given.outside ?? []), ...addresses];
  const engine = compile(worldFrom({ ...given, outside }), given.options);
  return lines.map((line) => {
    const decision = decide(engine, line);
    return `${line.text}: ${wordsOf(decision)}`;
  });
}

interface Line {
  readonly text: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly l7: L7Request | undefined;
}

function questionOf(line: string): Line {
  const text = line.slice(0, line.lastIndexOf(': '));
  const [from, arrow, to, where, kind, what] = text.split(' ');
  const [port, protocol] = (where ?? '').split('/');
  if (
    from === undefined ||
    to === undefined ||
    arrow !== '→' ||
    protocol === undefined ||
    !isProtocol(protocol)
  )
    throw new Error(`no question: ${line}`);
  return { text, from, to, protocol, port: Number(port), l7: requestOf(kind, what) };
}

function requestOf(kind: string | undefined, what = ''): L7Request | undefined {
  if (kind === undefined) return undefined;
  if (kind === 'dns' || kind === 'sni') return { kind, name: what };
  const slash = what.indexOf('/');
  return { kind: 'http', method: kind, host: what.slice(0, slash), path: what.slice(slash) };
}

/** Asks in all three ways. They must agree, but where only the explained answer looks into the contents. */
export function decide(engine: Engine, { from, to, protocol, port, l7 }: Omit<Line, 'text'>): Decision {
  const [source, destination] = [engine.find(from), engine.find(to)];
  if (source === undefined || destination === undefined) throw new Error(`no endpoint ${from} or ${to}`);
  const question = { from: source, to: destination, protocol, port };
  const decision = engine.decide(l7 === undefined ? question : { ...question, l7 });
  const quick = engine.allows(source, destination, PROTOCOLS.indexOf(protocol), port);
  const inSet = portsContain(engine.portsBetween(source, destination), protocol, port);
  const plain = l7 === undefined ? decision.verdict === 'allowed' : quick;
  if (quick !== plain || inSet !== plain)
    throw new Error(`${from} → ${to} ${port}/${protocol}: decide ${plain}, allows ${quick}, ports ${inSet}`);
  return decision;
}

function wordsOf({ verdict, egress, ingress }: Decision): string {
  const denials = [egress, ingress].filter((side) => side.verdict === 'denied').map(denialOf);
  return [verdict, ...denials].join(', ');
}

function denialOf({ direction, reason }: SideDecision): string {
  return `${direction} ${reason}`;
}
