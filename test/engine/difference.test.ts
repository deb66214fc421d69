import { describe, expect, it } from 'vitest';
import { type Change, compile, difference } from '../../src/core/engine/index.ts';
import { PROTOCOLS } from '../../src/core/model/port.ts';
import { ALL_PORTS, type PortSet, pairsOf, subtractPorts } from '../../src/core/model/port-set.ts';
import { cnp } from '../lib/policies.ts';
import { type WorldGiven, worldFrom } from '../lib/world-from.ts';

const http = (port: number) => [{ name: 'http', protocol: 'TCP', port }] as const;

describe('difference', () => {
  it('says from whom to whom, and which ports a policy opens and closes', () => {
    const before = cnp('endpointSelector: {matchLabels: {app: y}}, ingress: [{fromEndpoints: [{}]}]');
    const after = cnp(
      'endpointSelector: {matchLabels: {app: y}}, ingress: [{fromEntities: [all], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]',
    );
    const changes = between({ policies: before }, { policies: after });
    expect(changes).toContain('b/x → a/y: opened 80/TCP, closed none');
    expect(changes).toContain('world → a/y: opened 80/TCP, closed none');
    expect(changes).toContain('a/x → a/y: opened none, closed all but 80/TCP');
    expect(changes.every((line) => line.includes('→ a/y:'))).toBe(true);
    expect(changes.filter((line) => line.startsWith('host '))).toEqual([]);
  });

  it('does not count what a policy is called, nor where it stands', () => {
    const spec = 'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}]}]';
    expect(between({ policies: cnp(spec, 'old') }, { policies: cnp(spec, 'new') })).toEqual([]);
  });

  it('sees what another pod of the same identity makes of a named port', () => {
    const policies = cnp(
      'endpointSelector: {matchLabels: {app: x}}, egress: [{toEntities: [all], toPorts: [{ports: [{port: http, protocol: TCP}]}]}]',
    );
    const pods = {
      'b/blue': { labels: { app: 'web' }, ports: http(8080) },
      'b/green': { labels: { app: 'web' } },
      'b/other': { labels: { app: 'other' }, ports: http(9090) },
    };
    const after = { ...pods, 'b/green': { labels: { app: 'web' }, ports: http(9090) } };
    expect(between({ policies, pods }, { policies, pods: after })).toEqual([
      'a/x → b/blue: opened 9090/TCP, closed none',
      'a/x → b/green: opened 9090/TCP, closed none',
    ]);
  });

  it("sees what an agent's option changes, though no policy and no label does", () => {
    const given: WorldGiven = {
      policies: cnp('endpointSelector: {matchLabels: {app: x}}, egress: [{toCIDR: [10.0.0.0/8]}]'),
      endpoints: [{ id: 'node', labels: ['cidr:10.0.0.5/32', 'reserved:remote-node'] }],
    };
    expect(between(given, { ...given, options: { cidrMatchMode: ['nodes'] } })).toEqual([
      'a/x → node: opened all, closed none',
    ]);
  });

  it('sees what is no longer required in 1.18', () => {
    const options = { version: '1.18' } as const;
    const spec = (requires: string): string =>
      cnp(`endpointSelector: {matchLabels: {app: y}}, ingress: [{fromEndpoints: [{}]${requires}}]`);
    const [before, after] = [spec(', fromRequires: [{matchLabels: {app: z}}]'), spec('')];
    expect(between({ policies: before, options }, { policies: after, options })).toEqual([
      'a/x → a/y: opened all, closed none',
      'a/y → a/y: opened all, closed none',
    ]);
  });

  it('says nothing of endpoints that are in one world alone', () => {
    const policies = cnp('endpointSelector: {}, ingress: [{}]');
    expect(between({ policies }, { policies, pods: { 'a/new': {} } })).toEqual([]);
  });
});

/** A line for each ordered pair that changes, sorted. */
function between(before: WorldGiven, after: WorldGiven): readonly string[] {
  const [old, now] = [before, after].map((given) => compile(worldFrom(given), given.options));
  if (old === undefined || now === undefined) return [];
  return difference(old, now).flatMap(linesOf).sort();
}

function linesOf({ from, to, opened, closed }: Change): readonly string[] {
  return from.flatMap((source) =>
    to.map(
      (destination) => `${source} → ${destination}: opened ${portsText(opened)}, closed ${portsText(closed)}`,
    ),
  );
}

function portsText(set: PortSet): string {
  const [ranges, rest] = [rangesText(set), rangesText(subtractPorts(ALL_PORTS, set))];
  if (ranges.length === 0) return 'none';
  if (rest.length === 0) return 'all';
  return rest.length < ranges.length ? `all but ${rest.join(' ')}` : ranges.join(' ');
}

function rangesText(set: PortSet): readonly string[] {
  return set.flatMap((list, i) =>
    pairsOf(list).map(([low, high]) => `${low === high ? low : `${low}-${high}`}/${PROTOCOLS[i]}`),
  );
}
