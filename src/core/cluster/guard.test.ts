import { describe, expect, it } from 'vitest';
import { readCatalog } from '../catalog/index.ts';
import { matchCluster, refuseWrite } from './guard.ts';

const { catalog } = readCatalog({
  path: 'propolis.yaml',
  text: `clusters:
  dev:
    environment: dev
    context: kind-dev
    server: https://dev.example.com:6443
  staging:
    environment: integration
    context: staging
    server: https://staging.example.com
  live:
    environment: live
    context: admin@live
    server: https://live.example.com:6443
  lab:
    environment: dev
    context: lab
`,
});

describe('a cluster is found in the catalog', () => {
  it.each([
    ['kind-dev', 'https://dev.example.com:6443', 'known dev'],
    ['kind-dev', 'HTTPS://DEV.example.com:6443/', 'known dev'],
    ['staging', 'https://staging.example.com:443', 'known staging'],
    // The names of contexts are each user's own.
    ['my-dev', 'https://dev.example.com:6443', 'known dev'],
    ['', 'https://live.example.com:6443', 'known live'],
    ['lab', 'https://10.0.0.1:6443', 'known lab'],
    ['other', 'https://10.0.0.1:6443', 'unknown'],
    ['', '', 'unknown'],
    // A context that was pointed elsewhere.
    ['kind-dev', 'https://live.example.com:6443', 'mismatch dev'],
    ['kind-dev', 'https://10.0.0.1:6443', 'mismatch dev'],
    ['lab', 'https://live.example.com:6443', 'mismatch lab'],
  ])('%s at %s: %s', (context, server, expected) => {
    const match = matchCluster({ context, server }, catalog);
    expect(match.kind === 'unknown' ? 'unknown' : `${match.kind} ${match.cluster.name}`).toBe(expected);
  });

  it.each([
    ['kind-dev', 'https://dev.example.com:6443', undefined],
    ['staging', 'https://staging.example.com', 'through-git'],
    ['admin@live', 'https://live.example.com:6443', 'through-git'],
    ['dev', 'https://live.example.com:6443', 'through-git'],
    ['kind-dev', 'https://live.example.com:6443', 'server-mismatch'],
    ['other', 'https://10.0.0.1:6443', 'cluster-unknown'],
  ])('and written or not: %s at %s', (context, server, code) => {
    expect(refuseWrite({ context, server }, catalog)?.code).toBe(code);
  });
});

describe('one server under two names', () => {
  const { catalog: twice } = readCatalog({
    path: 'propolis.yaml',
    text: `clusters:
  dev: {environment: dev, context: home-dev, server: https://one.example.com}
  live: {environment: live, context: home-live, server: https://one.example.com}
`,
  });
  const server = 'https://one.example.com';

  it('is told by the context', () => {
    expect(refuseWrite({ context: 'home-dev', server }, twice)).toBeUndefined();
    expect(refuseWrite({ context: 'home-live', server }, twice)?.code).toBe('through-git');
  });

  it('is taken for the one that may not be written where the context tells nothing', () => {
    expect(refuseWrite({ context: 'mine', server }, twice)).toMatchObject({
      code: 'through-git',
      cluster: { name: 'live' },
    });
  });
});
