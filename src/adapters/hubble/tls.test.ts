import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_FILTERS } from '../../core/model/flow-filter.ts';
import { HubbleError } from '../../core/model/hubble-error.ts';
import { type Relay, type RelayOptions, startRelay } from '../../demo/relay/index.ts';
import { relayFlow } from '../../demo/relay/testing.ts';
import { openHubble } from './client.ts';
import { type HubbleFlags, readSettings } from './settings.ts';
import { securityOf } from './tls.ts';

const FOLDER = join(import.meta.dirname, '../../../test/hubble/tls');
const NAME = 'instance.hubble-relay.cilium.io';

const relays: Relay[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.close();
});

function pem(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}

async function aRelay(tls: Partial<NonNullable<RelayOptions['tls']>> | undefined): Promise<Relay> {
  const own = { key: pem('relay.key'), cert: pem('relay.crt') };
  const relay = await startRelay(tls === undefined ? {} : { tls: { ...own, ...tls } });
  relay.push(relayFlow(0));
  relays.push(relay);
  return relay;
}

/** Asks as the command would with these flags. @returns how many flows came, or the fault */
async function asked(relay: Pick<Relay, 'address'>, flags: HubbleFlags): Promise<number | string> {
  const settings = readSettings({ flags, env: {}, cwd: FOLDER });
  const options = {
    server: relay.address,
    ...securityOf(settings, relay.address, FOLDER),
    dialTimeoutMs: settings.dialTimeoutMs,
  };
  let flows = 0;
  try {
    for await (const batch of openHubble(options).events({ filters: NO_FILTERS })) {
      flows += batch.filter(({ kind }) => kind === 'flow').length;
    }
  } catch (error) {
    if (error instanceof HubbleError) return error.code;
    throw error;
  }
  return flows;
}

const TRUSTED: HubbleFlags = { tls: true, 'tls-ca-cert-files': ['ca.crt'], 'tls-server-name': NAME };
const PAIR: HubbleFlags = { 'tls-client-cert-file': 'client.crt', 'tls-client-key-file': 'client.key' };

describe('a relay with TLS', () => {
  it('is asked by whoever trusts its authority and knows its name', async () => {
    const relay = await aRelay({});
    expect(await asked(relay, TRUSTED)).toBe(1);
    expect(await asked(relay, { tls: true, 'tls-allow-insecure': true })).toBe(1);
  });

  it('is refused for what is wrong with its certificate', async () => {
    const relay = await aRelay({});
    expect(await asked(relay, { ...TRUSTED, 'tls-ca-cert-files': [] })).toBe('unknown-ca');
    expect(await asked(relay, { ...TRUSTED, 'tls-ca-cert-files': ['other-ca.crt'] })).toBe('unknown-ca');
    expect(await asked(relay, { tls: true, 'tls-ca-cert-files': ['ca.crt'] })).toBe('wrong-name');
    expect(await asked(relay, { ...TRUSTED, 'tls-server-name': 'relay.example' })).toBe('wrong-name');
    expect(await asked(await aRelay({ cert: pem('expired.crt') }), TRUSTED)).toBe('expired');
  });

  it('wants a certificate of the client, if it is told to', async () => {
    const relay = await aRelay({ clientCa: pem('ca.crt') });
    expect(await asked(relay, { ...TRUSTED, ...PAIR })).toBe(1);
    expect(await asked(relay, TRUSTED)).toBe('client-certificate');
    const strict = await aRelay({ clientCa: pem('other-ca.crt') });
    expect(await asked(strict, { ...TRUSTED, ...PAIR })).toBe('client-certificate');
  });
});

describe('a mismatch', () => {
  it('is a server of TLS that is asked in the clear', async () => {
    expect(await asked(await aRelay({}), {})).toBe('wants-tls');
    expect(await asked(await aRelay({ clientCa: pem('ca.crt') }), {})).toBe('wants-tls');
  });

  it('is a web server with TLS', async () => {
    const web = createServer({ key: pem('relay.key'), cert: pem('relay.crt') }, (_, reply) => reply.end());
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(web.address() as AddressInfo).port}`;
    expect(await asked({ address }, TRUSTED)).toBe('http1');
    expect(await asked({ address }, {})).toBe('wants-tls');
    await new Promise((resolve) => web.close(resolve));
  });

  it('is a server in the clear that is asked with TLS', async () => {
    expect(await asked(await aRelay(undefined), TRUSTED)).toBe('no-tls');
  });

  it('is a server of something else that is asked with TLS', async () => {
    const relay = await aRelay(undefined);
    relay.inject({ isGarbage: true });
    expect(await asked(relay, TRUSTED)).toBe('no-tls');
    relay.inject({ isSilent: true });
    expect(await asked(relay, { ...TRUSTED, timeout: '50ms' })).toBe('dial-timeout');
  });
});
