import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/files.ts';
import { NO_FILTERS } from '../core/model/flow-filter.ts';
import type { FlowObserver } from '../core/ports/flow-observer.ts';
import { type Relay, startRelay } from '../demo/relay/index.ts';
import { relayFlow } from '../demo/relay/testing.ts';
import { addClusterOptions } from './cluster-options.ts';
import { addFlowOptions, type FlowOptions, openFlows } from './flow-options.ts';
import type { Io } from './io.ts';
import { run } from './run.ts';

const relays: Relay[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.close();
});

async function aRelay(): Promise<Relay> {
  const relay = await startRelay();
  for (let i = 0; i < 3; i += 1) relay.push(relayFlow(i));
  relays.push(relay);
  return relay;
}

function anIo(env: Io['env'] = {}): Io & { readonly said: string[] } {
  const said: string[] = [];
  return {
    said,
    out: () => {},
    err: (text) => said.push(text),
    cwd: tmpdir(),
    env: { KUBECONFIG: '/nowhere/kubeconfig', ...env },
    columns: undefined,
    stdin: process.stdin,
  };
}

/** Opens what a command line means, without running a verb. */
async function opened(args: readonly string[], env: Io['env'] = {}): Promise<FlowObserver> {
  const command = addFlowOptions(addClusterOptions(new Command())).exitOverride();
  command.parse([...args], { from: 'user' });
  return openFlows(command.opts<FlowOptions>(), anIo(env));
}

async function count(observer: FlowObserver): Promise<number> {
  let flows = 0;
  for await (const batch of observer.events({ filters: NO_FILTERS })) {
    flows += batch.filter(({ kind }) => kind === 'flow').length;
  }
  return flows;
}

describe('flows', () => {
  it('come from a server that is named, by a flag or the environment', async () => {
    const { address } = await aRelay();
    expect(await count(await opened(['--server', address]))).toBe(3);
    expect(await count(await opened([], { HUBBLE_SERVER: address }))).toBe(3);
  });

  it('come from files first, whatever the environment says of a server', async () => {
    const observer = await opened(['--flows', 'none.jsonl'], { HUBBLE_SERVER: 'localhost:1' });
    await expect(count(observer)).rejects.toThrow('none.jsonl');
  });

  it('come from one source only', async () => {
    await expect(opened(['--flows', 'a', '--server', 'b'])).rejects.toThrow('--flows and --server');
    await expect(opened(['--flows', 'a', '-P'])).rejects.toThrow('--flows and --port-forward');
    await expect(opened(['--server', 'a', '-P'])).rejects.toThrow('--server and --port-forward');
    await expect(opened([])).rejects.toThrow('There is no source of flows.');
  });

  it('come from the relay of the cluster that is named, where nothing else is', async () => {
    const looked = { code: 'no-kubeconfig' };
    await expect(opened(['-P'])).rejects.toMatchObject({ failure: looked });
    await expect(opened(['--cluster'])).rejects.toMatchObject({ failure: looked });
    await expect(opened(['--context', 'dev'])).rejects.toMatchObject({ failure: looked });
    await expect(opened([], { HUBBLE_PORT_FORWARD: 'true' })).rejects.toMatchObject({ failure: looked });
    await expect(openFlows({}, anIo(), { isForwardDefault: true })).rejects.toMatchObject({
      failure: looked,
    });
  });

  it('need values that can be', async () => {
    await expect(opened(['--server', 'http://x'])).rejects.toMatchObject({ code: 'bad-address' });
    await expect(opened(['--server', 'x', '--timeout', 'soon'])).rejects.toMatchObject({
      code: 'bad-setting',
    });
    await expect(opened(['--server', 'x', '--tls-client-key-file', 'a'])).rejects.toMatchObject({
      code: 'half-pair',
    });
  });
});

describe('a command over a server that is not what it should be', () => {
  it.each([
    { fault: { isGarbage: true }, says: 'is no relay of Hubble: it begins with "SSH-2.0-OpenSSH_9.6".' },
    { fault: { isRefusing: true }, says: 'the connection was refused.' },
    {
      fault: { status: { code: 16, message: 'who\u001b[31m' } },
      says: 'does not know who asks: who\\x1b[31m.',
    },
  ])('ends with 2 and says: $says', async ({ fault, says }) => {
    const relay = await aRelay();
    relay.inject(fault);
    const io = anIo();
    const repo = join(ROOT, 'examples/homelab');
    const code = await run(['verify', 'zipline', '--repo', repo, '--server', relay.address], io);
    const said = io.said.join('');
    expect(said).toContain(says);
    expect(said).not.toMatch(/\n {4}at /);
    expect(code).toBe(2);
  });
});
