import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { afterEach, describe, expect, it } from 'vitest';
import { GENERATED_FOLDER, listFiles, ROOT } from '../../../scripts/lib/files.ts';
import { HAS_HUBBLE, NO_HUBBLE, startHubble } from '../../../test/lib/hubble.ts';
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../adapters/hubble/gen/health_pb.js';
import { Observer } from '../../adapters/hubble/gen/observer_pb.js';
import { ServerReflection } from '../../adapters/hubble/gen/reflection_v1_pb.js';
import { ServerReflection as Alpha } from '../../adapters/hubble/gen/reflection_v1alpha_pb.js';
import { type Relay, type RelayOptions, startRelay } from './index.ts';
import { FIRST_MS, relayFlow } from './testing.ts';

const relays: Relay[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.close();
});

async function aRelay(flows = 0, options: RelayOptions = {}): Promise<Relay> {
  const relay = await startRelay(options);
  relays.push(relay);
  for (let i = 0; i < flows; i += 1) relay.push(relayFlow(i));
  return relay;
}

function transportTo(relay: Relay): Transport {
  return createGrpcTransport({ baseUrl: `http://${relay.address}` });
}

async function* one<T>(value: T): AsyncGenerator<T, void, void> {
  yield value;
}

describe('a relay, asked by connect’s own client', () => {
  it('tells flows with its version in the header', async () => {
    const relay = await aRelay(3);
    let version: string | null = null;
    const uuids: string[] = [];
    const client = createClient(Observer, transportTo(relay));
    const onHeader = (headers: Headers): void => {
      version = headers.get('hubble-relay-version');
    };
    for await (const { responseTypes } of client.getFlows({ number: 2n }, { onHeader })) {
      if (responseTypes.case === 'flow') uuids.push(responseTypes.value.uuid);
    }
    expect(uuids).toEqual(['uuid-1', 'uuid-2']);
    expect(version).toBe('1.19.4');
  });

  it('refuses what an agent refuses', async () => {
    const client = createClient(Observer, transportTo(await aRelay(3)));
    const all = async (request: Parameters<typeof client.getFlows>[0]): Promise<void> => {
      for await (const _ of client.getFlows(request));
    };
    await expect(all({ first: true, follow: true })).rejects.toThrow('[invalid_argument] first cannot');
    await expect(all({ fieldMask: { paths: ['source.pod'] } })).rejects.toThrow(
      '[unknown] invalid fieldmask',
    );
    await expect(all({ whitelist: [{ sourcePort: ['http'] }] })).rejects.toThrow('source_port');
  });

  it('has no events of agents', async () => {
    const client = createClient(Observer, transportTo(await aRelay()));
    await expect(client.getAgentEvents({})[Symbol.asyncIterator]().next()).rejects.toThrow('[unimplemented]');
    await expect(client.getDebugEvents({})[Symbol.asyncIterator]().next()).rejects.toThrow('[unimplemented]');
  });

  it('is well, by the name that Hubble’s command asks for', async () => {
    const client = createClient(Health, transportTo(await aRelay()));
    expect((await client.check({ service: 'hubble.server.Observer' })).status).toBe(ServingStatus.SERVING);
    await expect(client.check({ service: 'other' })).rejects.toThrow('[not_found]');
  });

  it.each([
    ['v1', ServerReflection],
    ['v1alpha', Alpha],
  ] as const)('reflects by %s', async (_name, service) => {
    const client = createClient(service as typeof ServerReflection, transportTo(await aRelay()));
    const ask = async (messageRequest: {
      case: 'listServices' | 'fileContainingSymbol' | 'fileByFilename';
      value: string;
    }) => {
      for await (const { messageResponse } of client.serverReflectionInfo(one({ messageRequest }))) {
        return messageResponse;
      }
      throw new Error('no answer');
    };
    const list = await ask({ case: 'listServices', value: '' });
    expect(list.case === 'listServicesResponse' && list.value.service.map(({ name }) => name)).toEqual([
      'observer.Observer',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ]);
    for (const value of ['observer.Observer', 'observer.Observer.GetFlows', 'flow.Flow', 'flow.Verdict']) {
      const files = await ask({ case: 'fileContainingSymbol', value });
      expect(
        files.case === 'fileDescriptorResponse' && files.value.fileDescriptorProto.length,
      ).toBeGreaterThan(0);
    }
    expect((await ask({ case: 'fileByFilename', value: 'flow.proto' })).case).toBe('fileDescriptorResponse');
    expect((await ask({ case: 'fileByFilename', value: 'other.proto' })).case).toBe('errorResponse');
  });
});

describe('a relay, asked by Hubble’s own command', () => {
  it('is observed, followed, and asked how it is', async ({ skip }) => {
    if (!HAS_HUBBLE) skip(NO_HUBBLE);
    const relay = await aRelay(30, { nodes: ['east/n1', 'east/n2'], now: () => FIRST_MS + 60_000 });
    relay.inject({ unavailableNodes: ['east/n2'] });
    const ask = (...args: readonly string[]) => startHubble([...args, '--server', relay.address]);
    const [last, first, window, masked, status, nodes, namespaces] = await Promise.all([
      ask('observe', '--last', '2'),
      ask('observe', '--first', '1', '-o', 'json'),
      ask('observe', '--since', iso(5), '--until', iso(7), '-o', 'json', '--namespace', 'shop'),
      ask('observe', '--last', '1', '-o', 'jsonpb', '--field-mask', 'verdict,source.pod_name'),
      ask('status'),
      ask('list', 'nodes'),
      ask('list', 'namespaces'),
    ]);
    expect(last.out.split('\n')).toEqual([
      'Mar  1 10:00:00.028: shop/web-0:40028 (ID:40211) -> data/db-0:5432 (ID:51002) to-endpoint FORWARDED (TCP Flags: ACK)',
      'Mar  1 10:00:00.029: shop/web-0:40029 (ID:40211) -> data/db-0:5432 (ID:51002) to-endpoint FORWARDED (TCP Flags: ACK)',
      '',
    ]);
    expect(last.err).toContain('1 nodes are unavailable: east/n2');
    expect(JSON.parse(first.out)).toMatchObject({ flow: { uuid: 'uuid-0' }, node_name: 'east/n1' });
    expect([...window.out.matchAll(/"uuid":"(.*?)"/g)].map(([, uuid]) => uuid)).toEqual([
      'uuid-5',
      'uuid-6',
      'uuid-7',
    ]);
    expect(JSON.parse(masked.out)).toEqual({
      flow: { verdict: 'FORWARDED', source: { pod_name: 'web-0' } },
    });
    expect(status.out).toContain('Current/Max Flows: 30/4,095');
    expect(status.out).toContain('Connected Nodes: 1/2');
    expect(nodes.out).toMatch(/east\/n1 +Connected/);
    expect(nodes.out).toMatch(/east\/n2 +Unavailable/);
    expect(namespaces.out.split('\n')).toEqual(['NAMESPACE', 'data', 'shop', '']);

    relay.inject({ endAfter: 3 });
    const followed = ask('observe', '--follow', '-o', 'json');
    const timer = setInterval(() => relay.push(relayFlow(1000 + Math.round(performance.now()))), 20);
    const { out, code } = await followed;
    clearInterval(timer);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(3);
  });

  it('hides nothing of its faults', async ({ skip }) => {
    if (!HAS_HUBBLE) skip(NO_HUBBLE);
    const relay = await aRelay(30);
    relay.inject({ status: { code: 7, message: 'not for you' } });
    const { err, code } = await startHubble(['observe', '--last', '1', '--server', relay.address]);
    expect(err).toContain('code = PermissionDenied desc = not for you');
    expect(code).toBe(1);
  });
});

describe('what was generated of the proto files', () => {
  it('is of these files: run node scripts/generate-protos.ts', () => {
    const hash = createHash('sha256');
    for (const path of listFiles(ROOT, ['src/adapters/hubble/proto'], '.proto')) {
      hash.update(readFileSync(join(ROOT, path)));
    }
    const written = readFileSync(join(ROOT, GENERATED_FOLDER, 'source.sha256'), 'utf8').trim();
    expect(written).toBe(hash.digest('hex'));
  });
});

function iso(i: number): string {
  return new Date(FIRST_MS + i).toISOString();
}
