import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { compile, worldName } from '../../src/core/engine/index.ts';
import { agentRefusals } from '../../src/core/manifest/policy/agent-refusals.ts';
import { readPolicy } from '../../src/core/manifest/policy/read-policy.ts';
import type { RawObject } from '../../src/core/manifest/raw-object.ts';
import { parseCidr } from '../../src/core/model/cidr.ts';
import { type AgentOptions, agentOptions } from '../../src/core/model/options.ts';
import type { Policy } from '../../src/core/model/policy.ts';
import { PROTOCOLS, type Protocol } from '../../src/core/model/port.ts';
import type { Endpoint } from '../../src/core/model/world.ts';
import { choicesOf } from './ambiguous.ts';

/** A world with questions and the answers of Cilium's own engine; one object on a line. */
export interface VerdictVector {
  readonly id: string;
  readonly policies: readonly unknown[];
  readonly endpoints: readonly {
    readonly id: string;
    readonly labels?: readonly string[];
    readonly cidr?: string;
    readonly ports?: Readonly<Record<string, string>>;
  }[];
  readonly options?: Partial<AgentOptions>;
  readonly queries: readonly (readonly [from: string, to: string, protocol: string, port: number])[];
  readonly rejected?: readonly number[];
  readonly expect: readonly (readonly [egress: Answer, ingress: Answer])[];
}

type Answer = 'allowed' | 'denied' | null;

/** An object and whether the agent takes it. */
export interface ObjectVector {
  readonly id: string;
  readonly policy: unknown;
  readonly accepted: boolean;
  readonly reason?: string;
}

export interface Comparison {
  readonly compared: number;
  readonly differences: readonly string[];
}

/** The settings that vectors are made with, unless a world says otherwise. */
const VECTOR_OPTIONS: Partial<AgentOptions> = { version: 'main', allowLocalhost: 'policy' };

/** Prints a line for each file and the first ten differences. @returns the exit code */
export function compareFiles(files: readonly string[], print: (line: string) => void): 0 | 1 | 2 {
  let compared = 0;
  let differ = 0;
  for (const file of files) {
    let comparisons: readonly Comparison[];
    try {
      comparisons = linesOf(file).map(compareLine);
      if (comparisons.length === 0) throw new Error('it holds no vector');
    } catch (error) {
      print(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return 2;
    }
    const count = comparisons.reduce((sum, one) => sum + one.compared, 0);
    const differences = comparisons.flatMap((one) => one.differences);
    print(`${file}: ${count} decisions compared, ${differences.length} differ`);
    for (const line of differences.slice(0, Math.max(0, 10 - differ))) print(`  ${line}`);
    compared += count;
    differ += differences.length;
  }
  print(`${compared} decisions compared, ${differ} differ`);
  return differ === 0 ? 0 : 1;
}

export function linesOf(file: string): readonly string[] {
  const bytes = readFileSync(file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** @throws when the line is no vector: a question without an answer must not count as agreement */
export function compareLine(line: string): Comparison {
  const vector = JSON.parse(line) as VerdictVector | ObjectVector;
  if ('queries' in vector) {
    if (vector.expect?.length === vector.queries.length) return compareVerdicts(vector);
    throw new Error(`${vector.id}: expect must have one answer for each of the queries`);
  }
  if (typeof vector.accepted === 'boolean') return compareAcceptance(vector);
  throw new Error(`neither a world with queries nor an object with accepted: ${line.slice(0, 80)}`);
}

function compareAcceptance({ id, policy, accepted, reason }: ObjectVector): Comparison {
  const refusals = agentRefusals(policy, agentOptions({ version: 'main' }));
  const isAccepted = refusals.length === 0;
  if (isAccepted === accepted) return { compared: 1, differences: [] };
  const why = accepted ? JSON.stringify(refusals[0]) : (reason ?? '');
  return {
    compared: 1,
    differences: [`${id}: ${accepted ? 'accepted' : 'refused'} by the agent, not here (${why})`],
  };
}

/** Where Cilium itself may read a world in several ways, one of them must give all the recorded answers. */
function compareVerdicts(vector: VerdictVector): Comparison {
  const comparisons = choicesOf(vector.policies).map((policies) => compareReading({ ...vector, policies }));
  return comparisons.reduce((best, one) => (one.differences.length < best.differences.length ? one : best));
}

function compareReading(vector: VerdictVector): Comparison {
  const options = agentOptions({ ...VECTOR_OPTIONS, ...vector.options });
  const differences: string[] = [];
  const policies = vector.policies.flatMap((value, i) => {
    const policy = policyOf(value, i, options);
    const isRejected = vector.rejected?.includes(i) ?? false;
    if ((policy === undefined) !== isRejected) {
      differences.push(
        `${vector.id}: policy ${i} is ${isRejected ? 'refused by the agent, not here' : 'refused here, not by the agent'}`,
      );
    }
    return policy === undefined || isRejected ? [] : [policy];
  });
  const endpoints = vector.endpoints.map((endpoint) => endpointOf(endpoint, options));
  const engine = compile({ policies, endpoints }, options);
  let compared = 0;
  for (const [i, [from, to, protocolText, port]] of vector.queries.entries()) {
    const protocol = PROTOCOLS.find((known) => known === protocolText);
    const [source, destination] = [engine.find(from), engine.find(to)];
    if (source === undefined || destination === undefined || protocol === undefined)
      throw new Error(`${vector.id}: no endpoint ${from} or ${to}, or no protocol ${protocolText}`);
    const decision = engine.decide({ from: source, to: destination, protocol, port });
    const quick = engine.allows(source, destination, PROTOCOLS.indexOf(protocol), port);
    if (quick !== (decision.verdict === 'allowed')) {
      differences.push(
        `${vector.id}: ${from} → ${to} ${port}/${protocol}: the quick answer and the explained one differ`,
      );
    }
    for (const [side, expected] of [
      [decision.egress, vector.expect[i]?.[0] ?? null],
      [decision.ingress, vector.expect[i]?.[1] ?? null],
    ] as const) {
      if (expected === null) continue;
      compared += 1;
      const answer = side.verdict === 'denied' ? 'denied' : 'allowed';
      if (answer !== expected) {
        differences.push(
          `${vector.id}: ${from} → ${to} ${port}/${protocol} ${side.direction}: ${expected} by Cilium, ${side.verdict} here (${side.reason})`,
        );
      }
    }
  }
  return { compared, differences };
}

function policyOf(value: unknown, index: number, options: AgentOptions): Policy | undefined {
  const raw: RawObject = {
    value,
    file: `policy-${index}`,
    locate: () => ({ file: `policy-${index}`, line: 1, column: 1 }),
  };
  return readPolicy(raw, options).policy;
}

function endpointOf(
  { id, labels, cidr, ports }: VerdictVector['endpoints'][number],
  options: AgentOptions,
): Endpoint {
  const parsed = cidr === undefined ? undefined : parseCidr(cidr);
  const outside =
    parsed === undefined ? [] : [`cidr:${cidr}`, `reserved:${worldName(parsed.family, options)}`];
  return {
    id,
    labels: labels ?? outside,
    ports: Object.entries(ports ?? {}).map(([name, text]) => {
      const [protocol = 'TCP', port = '0'] = text.split('/');
      return { name, protocol: protocol as Protocol, port: Number(port) };
    }),
  };
}
