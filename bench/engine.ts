// node bench/engine.ts
// The engine by itself: compiling a world, single decisions, the whole map of one port, and how they grow.
import { compile, reachMap } from '../src/core/engine/index.ts';
import { PROTOCOLS } from '../src/core/model/port.ts';
import { machineLine } from './lib/machine.ts';
import { benchWorld, type WorldSize } from './lib/worlds.ts';

const SIZES: readonly WorldSize[] = [
  { endpoints: 1_000, namespaces: 50, policies: 100 },
  { endpoints: 10_000, namespaces: 500, policies: 1_000 },
  { endpoints: 50_000, namespaces: 2_500, policies: 5_000 },
];
const DECISIONS = 5_000_000;
/** Cilium's own exported lookup (`policy.LookupFlow`), measured elsewhere on two cores. */
const CILIUM_LOOKUPS_PER_SECOND = 3_700;

console.log(machineLine());
console.log(
  'endpoints  policies  compile s  all rows s  decisions/s  × Cilium lookup  map s      pairs open    RSS MB',
);
for (const size of SIZES) {
  const world = benchWorld(size);
  globalThis.gc?.();
  const [engine, compileSeconds] = timed(() => compile(world));
  const [, rowSeconds] = timed(() => {
    for (const { index } of engine.compiled.egress) engine.row('egress', index);
    for (const { index } of engine.compiled.ingress) engine.row('ingress', index);
  });
  const [, decisionSeconds] = timed(() => decide(engine, size.endpoints));
  const [map, mapSeconds] = timed(() => reachMap(engine, 'TCP', 8080));
  const rate = DECISIONS / decisionSeconds;
  console.log(
    [
      String(size.endpoints).padStart(9),
      String(size.policies).padStart(9),
      compileSeconds.toFixed(2).padStart(10),
      rowSeconds.toFixed(2).padStart(11),
      Math.round(rate).toLocaleString('en').padStart(12),
      Math.round(rate / CILIUM_LOOKUPS_PER_SECOND)
        .toLocaleString('en')
        .padStart(16),
      mapSeconds.toFixed(2).padStart(6),
      map.pairs.toLocaleString('en').padStart(15),
      String(Math.round(process.memoryUsage().rss / 1e6)).padStart(9),
    ].join(' '),
  );
}

/** Random pairs and ports; the sum keeps the work from being optimised away. */
function decide(engine: ReturnType<typeof compile>, endpoints: number): number {
  const tcp = PROTOCOLS.indexOf('TCP');
  const ports = [80, 443, 5432, 8080, 9000, 22];
  let state = 12345;
  let open = 0;
  for (let i = 0; i < DECISIONS; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const from = state % endpoints;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const to = state % endpoints;
    if (engine.allows(from, to, tcp, ports[(state >>> 8) % ports.length] as number)) open += 1;
  }
  return open;
}

function timed<T>(work: () => T): readonly [T, seconds: number] {
  const start = process.hrtime.bigint();
  const value = work();
  return [value, Number(process.hrtime.bigint() - start) / 1e9];
}
