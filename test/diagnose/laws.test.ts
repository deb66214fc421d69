import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Diagnosis, diagnose, type Finding } from '../../src/core/diagnose/index.ts';
import { outsidersOf } from '../../src/core/diagnose/outsiders.ts';
import { compile, type Engine } from '../../src/core/engine/index.ts';
import { readRepository } from '../../src/core/manifest/read.ts';
import { worldOf } from '../../src/core/manifest/world.ts';
import { containsCidr, parseAddressOrCidr, parseCidr } from '../../src/core/model/cidr.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import { NAMESPACE_LABELS_PREFIX } from '../../src/core/model/label.ts';
import { isProtocol, PROTOCOLS } from '../../src/core/model/port.ts';
import { portsContain, subtractPorts } from '../../src/core/model/port-set.ts';
import type { SourceFile } from '../../src/core/model/repository.ts';
import type { Endpoint } from '../../src/core/model/world.ts';
import { flowsFromArray } from '../../src/core/ports/flow-source.ts';
import { FQDNS } from '../lib/random-policy.ts';
import { runs } from '../lib/runs.ts';
import { anyFlow, CATALOG, type RandomCluster, randomCluster } from './random-cluster.ts';

function diagnosisOf({ files, options, flows }: RandomCluster, namespace = 'a'): Promise<Diagnosis> {
  return diagnose({
    namespace,
    inputs: { files, catalog: CATALOG, options, readOptions: { agent: options } },
    flows: flowsFromArray(flows),
  });
}

function fixed(files: readonly SourceFile[], { fix }: Finding): readonly SourceFile[] {
  const texts = new Map(fix?.files.map(({ path, text }) => [path, text]));
  return files.map(({ path, text }) => ({ path, text: texts.get(path) ?? text }));
}

describe('laws of fixes', () => {
  it('a fix that is written into the files admits every flow of its finding, at both ends', async () => {
    let proven = 0;
    await fc.assert(
      fc.asyncProperty(randomCluster(), async (cluster) => {
        for (const finding of (await diagnosisOf(cluster)).findings) {
          if (finding.fix === undefined) continue;
          proven += 1;
          const before = engineOf(cluster, cluster.files);
          const after = engineOf(cluster, fixed(cluster.files, finding));
          let refusedBefore = 0;
          for (const flow of cluster.flows.filter((one) => isOf(finding, one))) {
            if (!allows(before, flow)) refusedBefore += 1;
            expect(allows(after, flow), JSON.stringify(finding.fix.edits)).toBe(true);
          }
          expect(refusedBefore).toBeGreaterThan(0);
        }
      }),
      runs(180),
    );
    // A law about fixes that never sees one holds in vain.
    expect(proven).toBeGreaterThan(40);
  });

  it('diagnosed again with the fix, the finding is gone or a disagreement', async () => {
    await fc.assert(
      fc.asyncProperty(randomCluster(), async (cluster) => {
        for (const finding of (await diagnosisOf(cluster)).findings) {
          if (finding.fix === undefined) continue;
          const again = await diagnosisOf({ ...cluster, files: fixed(cluster.files, finding) });
          const left = again.findings.filter((other) => nameOf(other) === nameOf(finding));
          for (const { cause } of left) expect(cause.code).not.toBe(finding.cause.code);
        }
      }),
      runs(100),
    );
  });

  it('what it opens and closes is exactly what the worlds before and after differ in', async () => {
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(randomCluster(), async (cluster) => {
        for (const finding of (await diagnosisOf(cluster)).findings) {
          if (finding.proof === undefined) continue;
          const before = engineOf(cluster, cluster.files);
          const after = engineOf(cluster, fixed(cluster.files, finding));
          opened += finding.proof.opens.length;
          expectListed(finding, { from: before, to: after, listed: finding.proof.opens, own: finding });
          expectListed(finding, { from: after, to: before, listed: finding.proof.closes, own: undefined });
        }
      }),
      runs(150),
    );
    expect(opened).toBeGreaterThan(20);
  });

  it('touches the files that it names and no others, and its edits are those files', async () => {
    await fc.assert(
      fc.asyncProperty(randomCluster(), async (cluster) => {
        for (const { fix } of (await diagnosisOf(cluster)).findings) {
          if (fix === undefined) continue;
          expect(new Set(fix.edits.map(({ file }) => file))).toEqual(
            new Set(fix.files.map(({ path }) => path)),
          );
          for (const { path, before, text } of fix.files) {
            expect(cluster.files.find((file) => file.path === path)?.text).toBe(before);
            const lines = before.split(/(?<=\n)/);
            for (const edit of fix.edits.filter(({ file }) => file === path).toReversed()) {
              const old = edit.before === '' ? 0 : edit.before.replace(/\n$/, '').split('\n').length;
              lines.splice(edit.line - 1, old, edit.after === '' ? '' : `${edit.after.replace(/\n$/, '')}\n`);
            }
            expect(lines.join('').trimEnd()).toBe(text.trimEnd());
          }
        }
      }),
      runs(100),
    );
  });
});

describe('laws of diagnoses', () => {
  it('counts of findings and of what is folded sum to what was dropped', async () => {
    await fc.assert(
      fc.asyncProperty(randomCluster(), async (cluster) => {
        const { findings, folded, window } = await diagnosisOf(cluster);
        const found = findings.reduce((sum, { count }) => sum + count, 0);
        const dropped = folded
          .filter(({ kind }) => kind !== 'audit')
          .reduce((sum, { count }) => sum + count, 0);
        expect(found + dropped).toBe(window.dropped);
        expect(findings.every(({ count }) => count > 0)).toBe(true);
      }),
      runs(150),
    );
  });

  it('the order of flows does not matter', async () => {
    const shuffled = randomCluster().chain((cluster) =>
      fc.shuffledSubarray([...cluster.flows], { minLength: cluster.flows.length }).map((flows) => ({
        cluster,
        other: { ...cluster, flows },
      })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ cluster, other }) => {
        expect(await diagnosisOf(other)).toEqual(await diagnosisOf(cluster));
      }),
      runs(80),
    );
  });

  it('every finding has a fix with its proof, or says why there is none', async () => {
    await fc.assert(
      fc.asyncProperty(randomCluster(), async (cluster) => {
        for (const { fix, proof, noFix } of (await diagnosisOf(cluster)).findings) {
          expect(proof === undefined).toBe(fix === undefined);
          expect(noFix === undefined).toBe(fix !== undefined);
          expect(proof?.after.verdict ?? 'allowed').toBe('allowed');
          expect(proof?.after.isCertain ?? true).toBe(true);
        }
      }),
      runs(150),
    );
  });

  it('flows of any shape are diagnosed without a crash', async () => {
    await fc.assert(
      fc.asyncProperty(randomCluster(), fc.array(anyFlow(), { maxLength: 8 }), async (cluster, flows) => {
        const { window } = await diagnosisOf({ ...cluster, flows: [...cluster.flows, ...flows] });
        expect(window.flows).toBe(cluster.flows.length + flows.length);
      }),
      runs(150),
    );
  });
});

/** Who is who in a finding, as far as people see it. */
function nameOf({ from, to, port, protocol, direction }: Finding): string {
  return [from.name, to.name, port, protocol, direction].join(' ');
}

/** Whether a flow is one of the finding's drops. */
function isOf({ from, to, port, protocol, direction }: Finding, flow: Flow): boolean {
  return (
    flow.verdict === 'DROPPED' &&
    partyName(flow, 'source') === from.name &&
    partyName(flow, 'destination') === to.name &&
    flow.direction === direction &&
    flow.l4?.protocol === protocol &&
    portOf(flow) === port &&
    ['POLICY_DENIED', ''].includes(flow.dropReason)
  );
}

function portOf({ l4 }: Flow): number {
  if (l4 === undefined || l4.protocol === 'other') return 0;
  return 'type' in l4 ? l4.type : l4.destinationPort;
}

function partyName(flow: Flow, end: 'source' | 'destination'): string {
  const { namespace, podName, workloads, labels } = flow[end];
  const ip = end === 'source' ? flow.sourceIp : flow.destinationIp;
  if (namespace === '') {
    const name = labels.find((label) => label.startsWith('reserved:'))?.slice(9);
    return name ?? ip;
  }
  const cluster = labels.includes('k8s:io.cilium.k8s.policy.cluster=other') ? 'other:' : '';
  return `${cluster}${namespace}/${workloads[0]?.name ?? podName.split('-')[0] ?? ''}`;
}

/**
 * The world of the files and every end of the flows, made without the code under test: pods have the labels of the
 * flow, or of the workload where the flow has none, and their namespace's labels from the files.
 */
function engineOf({ options, flows }: RandomCluster, files: readonly SourceFile[]): Engine {
  const read = readRepository(files, { agent: options });
  const declared = worldOf(read, options);
  const ends = new Map<string, Endpoint>();
  for (const flow of flows.filter(isLookedAt)) {
    for (const end of ['source', 'destination'] as const) {
      const labels = labelsOf(flow, end);
      const ofNamespace = Object.entries(
        read.namespaces.find(({ name }) => name === flow[end].namespace)?.labels ?? {},
      ).map(([key, value]) => `k8s:${NAMESPACE_LABELS_PREFIX}${key}=${value}`);
      const isForeign = labels.includes('k8s:io.cilium.k8s.policy.cluster=other');
      const id = endId(flow, end);
      ends.set(id, { id, labels: isForeign ? labels : [...labels, ...ofNamespace] });
    }
  }
  const others = [...declared.endpoints, ...outsidersOf(read, options, FQDNS)].filter(
    ({ id }) => !ends.has(id),
  );
  return compile({ ...declared, endpoints: [...others, ...ends.values()] }, options);
}

/** What audit mode let through is counted only, as is what passed to a port that may be a client's. */
function isLookedAt(flow: Flow): boolean {
  if (flow.verdict === 'FORWARDED') return flow.direction !== 'unknown' && portOf(flow) < 32_768;
  return flow.verdict === 'DROPPED' || flow.verdict === 'ERROR';
}

function endId(flow: Flow, end: 'source' | 'destination'): string {
  const ip = end === 'source' ? flow.sourceIp : flow.destinationIp;
  const name = partyName(flow, end);
  const names = end === 'source' ? flow.sourceNames : flow.destinationNames;
  return name === 'world' ? `world ${[...names.toSorted(), ip].join(' ')}` : `${name} @${ip}`;
}

function labelsOf(flow: Flow, end: 'source' | 'destination'): readonly string[] {
  const { namespace, podName, labels } = flow[end];
  const names = end === 'source' ? flow.sourceNames : flow.destinationNames;
  const ip = end === 'source' ? flow.sourceIp : flow.destinationIp;
  if (labels.length > 0) return [...labels, ...names.map((name) => `fqdn:${name}`)];
  if (namespace === '') return [`cidr:${ip}/32`, 'reserved:world'];
  return [
    ...(podName.startsWith('unknown') ? [] : [`k8s:app=${podName.split('-')[0] ?? ''}`]),
    'k8s:io.cilium.k8s.policy.cluster=default',
    'k8s:io.cilium.k8s.policy.serviceaccount=default',
    `k8s:io.kubernetes.pod.namespace=${namespace}`,
  ];
}

/** Whether the flow passes both ends; at the end of another cluster nothing is judged. */
function allows(engine: Engine, flow: Flow): boolean {
  const from = engine.find(endId(flow, 'source'));
  const to = engine.find(endId(flow, 'destination'));
  const protocol = flow.l4?.protocol ?? '';
  if (from === undefined || to === undefined || !isProtocol(protocol)) return false;
  const port = portOf(flow);
  const { egress, ingress } = engine.decide({ from, to, protocol, port });
  const isForeign = (end: 'source' | 'destination'): boolean => partyName(flow, end).startsWith('other:');
  return (
    (isForeign('source') || egress.verdict !== 'denied') &&
    (isForeign('destination') || ingress.verdict !== 'denied')
  );
}

interface Listing {
  readonly from: Engine;
  readonly to: Engine;
  readonly listed: readonly {
    readonly from: string;
    readonly to: string;
    readonly ports: readonly (readonly number[])[];
  }[];
  /** The finding, whose own pair is left out of what it opens. */
  readonly own: Finding | undefined;
}

/** Every port of every pair that `to` admits and `from` does not is listed under a name of both ends; no other is. */
function expectListed(finding: Finding, { from, to, listed, own }: Listing): void {
  const used = new Set<string>();
  for (const [i, source] of from.endpoints.entries()) {
    for (const [j, destination] of from.endpoints.entries()) {
      const [a, b] = [to.find(source.id), to.find(destination.id)];
      if (a === undefined || b === undefined) continue;
      const ports = subtractPorts(to.portsBetween(a, b), from.portsBetween(i, j));
      for (const [p, ranges] of ports.entries()) {
        for (const port of ranges) {
          const protocol = PROTOCOLS[p] ?? 'TCP';
          const covering = listed.filter(
            (one) =>
              isNamed(one.from, source.id) &&
              isNamed(one.to, destination.id) &&
              portsContain(one.ports, protocol, port),
          );
          for (const one of covering) used.add(`${one.from} ${one.to}`);
          const isOwn =
            own !== undefined &&
            own.port === port &&
            own.protocol === protocol &&
            isParty(own.from.name, source.id) &&
            isParty(own.to.name, destination.id);
          if (covering.length === 0 && !isOwn) {
            throw new Error(
              `${source.id} → ${destination.id} ${port}/${protocol} is not listed: ${JSON.stringify(listed)} ${JSON.stringify(finding.fix?.edits)}`,
            );
          }
        }
      }
    }
  }
  expect([...used].sort()).toEqual([...new Set(listed.map((one) => `${one.from} ${one.to}`))].sort());
}

/** Whether an endpoint of this file's own world is meant by a name of a listing. */
function isNamed(name: string, id: string): boolean {
  if (name === 'world') return id === 'world' || id.startsWith('world ');
  if (name.endsWith('/*')) return id.startsWith(name.slice(0, -1));
  if (name.endsWith('/(other pods)')) return id === `${name.slice(0, name.indexOf('/'))}/*`;
  if (name.startsWith('world ') && id.startsWith('world ')) return isInside(name.slice(6), id.slice(6));
  return isParty(name, id) || id === name;
}

/** An address is in a prefix, or was asked for by a name. */
function isInside(outer: string, inner: string): boolean {
  const prefix = parseCidr(outer);
  const address = parseAddressOrCidr(inner.split(' ').at(-1) ?? '');
  if (prefix !== undefined && address !== undefined) return containsCidr(prefix, address);
  return outer === inner || inner.split(' ').includes(outer);
}

/** `a/x` is the workload in the files, and each of its pods at an address. */
function isParty(name: string, id: string): boolean {
  return id === name || id.startsWith(`${name} @`) || (name === 'world' && id.startsWith('world '));
}
