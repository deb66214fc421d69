import { afterAll } from 'vitest';
import { connectForge } from '../../src/adapters/forge/connect.ts';
import { FORGE_KINDS } from '../../src/core/model/pull-request.ts';
import { MemoryForge } from '../../src/core/ports/forge-memory.ts';
import { type ForgeServer, startForge } from '../forge/server.ts';
import { describeForge } from './forge.ts';

const servers: ForgeServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

describeForge('memory', (branches) => {
  const memory = new MemoryForge(branches);
  return Promise.resolve({
    forge: memory,
    pullRequests: () =>
      memory
        .pullRequests()
        .map(({ number, title, body, head, base, isOpen }) => ({ number, title, body, head, base, isOpen })),
    edit: (number, change) => memory.edit(number, change),
  });
});

for (const kind of FORGE_KINDS) {
  describeForge(kind, async (branches) => {
    const repository = kind === 'gitlab' ? 'homelab/infra/cluster' : 'homelab/cluster';
    const server = await startForge(kind, { branches, repository });
    servers.push(server);
    const { token, pullRequests } = server.state;
    const connected = await connectForge(`${server.origin}/${repository}.git`, {
      env: {},
      credential: () => Promise.resolve({ username: 'ada', password: token }),
      wait: () => Promise.resolve(),
    });
    if (connected.kind === 'refused') throw new Error(JSON.stringify(connected.refusal));
    return {
      forge: connected.forge,
      pullRequests: () => pullRequests,
      edit(number, change) {
        Object.assign(pullRequests.find((one) => one.number === number) ?? {}, change);
      },
    };
  });
}
