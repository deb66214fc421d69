import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowLines } from '../../../bench/lib/flow-file.ts';
import { sharedEndpoints } from '../../core/flow/endpoint.ts';
import { flowFromJson } from '../../core/flow/parse.ts';
import type { Flow } from '../../core/model/flow.ts';
import { FastFlows } from './flows-fast.ts';

/** What the careful reader makes of a line; undefined for all that is not a flow without unknown values. */
function carefully(line: string): Flow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = flowFromJson(value);
  return parsed.kind === 'flow' && parsed.unknown.length === 0 ? parsed.flow : undefined;
}

function quickly(fast: FastFlows, line: string): Flow | undefined {
  // Between other bytes, to see that nothing is read outside.
  const bytes = Buffer.from(`"}${line}"}`);
  return fast.read(bytes, 2, bytes.length - 2);
}

function newFast(): FastFlows {
  return new FastFlows(sharedEndpoints());
}

/** JSON as a list of members, so that order, spelling and repetition can be played with. */
type Members = readonly (readonly [string, Value])[];
type Value = string | number | boolean | null | readonly Value[] | { readonly members: Members };

/** The usual, and once in a while something else. */
function mostly<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, times = 40): fc.Arbitrary<T> {
  return fc.oneof({ weight: times, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

function oneOf(usual: readonly Value[], ...odd: readonly Value[]): fc.Arbitrary<Value> {
  return mostly(fc.constantFrom(...usual), fc.constantFrom(...odd));
}

const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('web', 'shop', 'a-longer-name-than-most', 'k8s:app=web', 'east/n1', ''),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);
const whole = fc.oneof(fc.constantFrom(0, 1, 133, 65_535), fc.nat());
const anything: fc.Arbitrary<Value> = fc.oneof(
  text,
  whole,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(text, { maxLength: 2 }),
  fc.constant({ members: [] }),
);

function object(fields: Readonly<Record<string, fc.Arbitrary<Value>>>): fc.Arbitrary<Value> {
  return membersOf(fields).map((members) => ({ members }));
}

/** Some of the fields in their order, sometimes shuffled, with one twice, in camel case or of a wrong type. */
function membersOf(fields: Readonly<Record<string, fc.Arbitrary<Value>>>): fc.Arbitrary<Members> {
  const names = Object.keys(fields);
  const some = fc.subarray(names).chain((chosen) => {
    const order = fc.oneof(
      { weight: 40, arbitrary: fc.constant(chosen) },
      { weight: 2, arbitrary: fc.shuffledSubarray(chosen) },
      { weight: 1, arbitrary: fc.constant(chosen.concat(chosen.slice(0, 1))) },
    );
    return order.chain((list) => fc.tuple(...list.map((name) => member(name, fields[name]!))));
  });
  return some;
}

function member(name: string, value: fc.Arbitrary<Value>): fc.Arbitrary<readonly [string, Value]> {
  const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const oddName = fc.constantFrom(camel, 'new_field', '__proto__', 'aggregate');
  return fc.tuple(mostly(fc.constant(name), oddName, 200), mostly(value, anything, 200));
}

const time = oneOf(
  ['2026-03-01T10:00:00.000000123Z', '2026-03-01T10:00:59Z', '2026-03-01T10:01:00.5Z'],
  '2026-03-01T10:00:60Z',
  '2026-02-29T10:00:00Z',
  '2026-03-01T10:00:00+01:00',
  'now',
  '',
);
const endpoint = object({
  ID: whole,
  identity: whole,
  cluster_name: text,
  namespace: text,
  labels: fc.array(text, { maxLength: 4 }),
  pod_name: text,
  workloads: fc.array(object({ name: text, kind: text }), { maxLength: 2 }),
});
const ports = object({
  source_port: whole,
  destination_port: whole,
  flags: object({ SYN: fc.boolean(), ACK: fc.constant(true) }),
});
const policies = fc.array(
  object({ name: text, namespace: text, labels: fc.array(text, { maxLength: 2 }), kind: text }),
  { maxLength: 2 },
);
const service = object({ name: text, namespace: text });
const flow = membersOf({
  time,
  uuid: text,
  emitter: object({ name: text }),
  verdict: oneOf(['DROPPED', 'FORWARDED', 'AUDIT', 'VERDICT_UNKNOWN'], 'NEW'),
  drop_reason: oneOf([0, 133, 181], 206, 300),
  ethernet: object({ source: text, destination: text }),
  IP: object({
    source: text,
    source_xlated: text,
    destination: text,
    ipVersion: oneOf(['IPv4', 'IPv6', 1], 'NEW'),
    encrypted: fc.boolean(),
  }),
  l4: fc.oneof(object({ TCP: ports }), object({ UDP: ports }), object({ ICMPv4: object({ type: whole }) })),
  source: endpoint,
  destination: endpoint,
  Type: oneOf(['L3_L4', 'L7'], 'NEW'),
  node_name: text,
  node_labels: fc.array(text, { maxLength: 3 }),
  source_names: fc.array(text, { maxLength: 2 }),
  destination_names: fc.array(text, { maxLength: 2 }),
  l7: object({ type: oneOf(['REQUEST'], 'NEW'), dns: object({ query: text, ips: fc.array(text) }) }),
  reply: fc.boolean(),
  event_type: object({ type: fc.constantFrom(1, 4, 5), sub_type: fc.constantFrom(3, 133) }),
  source_service: service,
  destination_service: service,
  traffic_direction: oneOf(['INGRESS', 'EGRESS'], 'NEW'),
  policy_match_type: whole,
  drop_reason_desc: oneOf(['POLICY_DENIED'], 'NEW'),
  is_reply: fc.boolean(),
  interface: object({ index: whole, name: text }),
  ip_trace_id: object({ trace_id: oneOf(['7', '18446744073709551615', '0'], 7) }),
  trace_context: object({ parent: object({ trace_id: text }) }),
  auth_type: oneOf(['SPIRE'], 'NEW'),
  egress_allowed_by: policies,
  ingress_denied_by: policies,
  Summary: text,
});
const event: fc.Arbitrary<Value> = fc.oneof(
  { weight: 1, arbitrary: flow.map((members) => ({ members })) },
  {
    weight: 3,
    arbitrary: membersOf({ flow: flow.map((members) => ({ members })), node_name: text, time }).map(
      (members) => ({ members }),
    ),
  },
);

/** How a writer prints: where it puts spaces, and what it escapes. */
const style = fc.record({
  space: mostly(fc.constant(''), fc.constantFrom(' ', '\t', '\n'), 6),
  escapes: mostly(fc.constant(/[<>&]/g), fc.constant(/[^"\\]/g), 20),
});

function print(
  value: Value,
  { space, escapes }: { readonly space: string; readonly escapes: RegExp },
): string {
  const quoted = (string: string): string => {
    // What JSON.stringify escaped itself is left alone.
    const plain = JSON.stringify(string);
    return /\\/.test(plain) ? plain : `"${plain.slice(1, -1).replaceAll(escapes, escaped)}"`;
  };
  const printed = (value: Value): string => {
    if (typeof value === 'string') return quoted(value);
    if (value === null || typeof value !== 'object') return JSON.stringify(value);
    if ('members' in value) {
      const members = value.members.map(([name, member]) => `${quoted(name)}:${space}${printed(member)}`);
      return `{${space}${members.join(`,${space}`)}${space}}`;
    }
    return `[${value.map(printed).join(`,${space}`)}]`;
  };
  return printed(value);
}

function escaped(char: string): string {
  return Array.from(
    { length: char.length },
    (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
}

describe('reading flows from bytes', () => {
  it('reads what the exporter writes, as the careful reader does', () => {
    const fast = newFast();
    for (const line of flowLines({ flows: 2000 })) {
      const flow = quickly(fast, line);
      expect(flow).toBeDefined();
      expect(flow).toEqual(carefully(line));
    }
  });

  it('agrees with the careful reader on every flow that it dares to read', () => {
    // One reader for all, so that what it remembers is put to the test.
    const fast = newFast();
    let read = 0;
    fc.assert(
      fc.property(event, style, (event, style) => {
        const line = print(event, style);
        const flow = quickly(fast, line);
        if (flow === undefined) return;
        read += 1;
        expect(flow).toEqual(carefully(line));
      }),
      { numRuns: 10_000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it('agrees with the careful reader on damaged lines that are still JSON', () => {
    const fast = newFast();
    const lines = [...flowLines({ flows: 40 })].map((line) => line.trim());
    const damage = fc.record({
      line: fc.constantFrom(...lines),
      at: fc.nat(2000),
      remove: fc.nat(3),
      insert: fc.constantFrom('', '"', '{', '}', '\\', ',', ' ', '0', '-', '\u0001', 'ü', ':'),
    });
    fc.assert(
      fc.property(damage, ({ line, at, remove, insert }) => {
        const place = at % line.length;
        const damaged = line.slice(0, place) + insert + line.slice(place + remove);
        const flow = quickly(fast, damaged);
        const expected = carefully(damaged);
        if (flow !== undefined && expected !== undefined) expect(flow).toEqual(expected);
        // What no flow keeps is passed over, so nonsense there may go unseen; anywhere else it must not.
        if (flow !== undefined && expected === undefined) expect(flow).toEqual(carefully(line));
      }),
      { numRuns: 3000 },
    );
  });

  it('hands out one object for ends that look the same', () => {
    const fast = newFast();
    const [line = ''] = flowLines({ flows: 1 });
    expect(quickly(fast, line)?.source).toBe(quickly(fast, line)?.source);
  });

  it.each([
    ['a member that comes twice', '{"flow":{"uuid":"a","verdict":"DROPPED","uuid":"b"}}'],
    ['a member in camel case', '{"flow":{"verdict":"DROPPED","nodeName":"a"}}'],
    ['white space', '{"flow": {"verdict":"DROPPED"}}'],
    ['an unknown value', '{"flow":{"verdict":"NEW"}}'],
    ['a broken end', '{"flow":{"verdict":"DROPPED"}'],
    ['more behind the end', '{"flow":{"verdict":"DROPPED"}}{}'],
    ['a bare flow that may be something else', '{"verdict":"DROPPED","uuid":"a"}'],
    ['time from the wrapper', '{"flow":{"verdict":"DROPPED"},"time":"2026-03-01T10:00:00Z"}'],
  ])('leaves %s to the careful reader', (_, line) => {
    expect(quickly(newFast(), line)).toBeUndefined();
  });

  it.each([
    ['a bare flow', '{"verdict":"DROPPED","IP":{"source":"1.2.3.4","destination":"5.6.7.8"}}'],
    ['a member it never heard of', '{"flow":{"verdict":"DROPPED","pod_uid":{"a":["}"]},"uuid":"a"}}'],
    ['members in another order', '{"flow":{"uuid":"a","verdict":"DROPPED","time":"2026-03-01T10:00:00Z"}}'],
    ['Go escapes', '{"flow":{"verdict":"DROPPED","Summary":"GET \\u003ca\\u0026b\\u003e"}}'],
    ['a carriage return', '{"flow":{"verdict":"DROPPED"}}\r'],
  ])('reads %s', (_, line) => {
    const flow = quickly(newFast(), line);
    expect(flow).toBeDefined();
    expect(flow).toEqual(carefully(line));
  });
});
