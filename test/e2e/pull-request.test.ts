import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { FORGE_KINDS, type ForgeKind, PULL_REQUEST_MARK } from '../../src/core/model/pull-request.ts';
import { type ForgeServer, startForge } from '../forge/server.ts';
import { type RanCommand, runCommand } from '../lib/command.ts';
import { type TestRepository, testRepository } from '../lib/git-repository.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/homelab', import.meta.url));
const GOLDEN = fileURLToPath(new URL('../forge/bodies', import.meta.url));
const ZIPLINE = 'kubernetes/namespaces/zipline.yaml';
const LINE = '    access.network-policy.homelab/postgres: "true"\n';
const BRANCH = 'propolis/zipline-postgres-access';
const DEBUG = ['debug', 'zipline', '--flows', 'flows.jsonl', '--apply'] as const;
const IS_UPDATE = (process.env['PROPOLIS_UPDATE'] ?? '') !== '';

let opened: TestRepository[] = [];
let servers: ForgeServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  for (const repository of opened) repository.remove();
  [opened, servers] = [[], []];
});

interface House {
  readonly repository: TestRepository;
  readonly server: ForgeServer;
  readonly run: (...args: readonly string[]) => Promise<RanCommand>;
  /** Of the remote. */
  readonly remote: (...args: readonly string[]) => string;
}

/** A clone of the example, and its forge, which keeps the repository and the pull requests. */
async function open(kind: ForgeKind, prepare?: (repository: TestRepository) => void): Promise<House> {
  const repository = testRepository({});
  opened.push(repository);
  for (const name of readdirSync(EXAMPLE)) {
    cpSync(join(EXAMPLE, name), join(repository.root, name), { recursive: true });
  }
  prepare?.(repository);
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message', 'Example');
  const folder = repository.addRemote('disk');
  const remote = (...args: readonly string[]): string => repository.git('--git-dir', folder, ...args);
  const branches = (): readonly string[] =>
    remote('for-each-ref', '--format=%(refname:short)', 'refs/heads/').split('\n');
  const path = kind === 'gitlab' ? 'homelab/infra/cluster' : 'homelab/cluster';
  const server = await startForge(kind, { repository: path, git: { folder, branches } });
  servers.push(server);
  // It is known from before: git that waits for this very process would wait for ever.
  repository.git('remote', 'rename', 'disk', 'origin');
  repository.git('remote', 'set-url', 'origin', `${server.origin}/${path}.git`);
  const helper = `!f() { test "$1" = get && echo username=ada && echo password=${server.state.token}; }; f`;
  repository.git('config', 'credential.helper', helper);
  const run = (...args: readonly string[]): Promise<RanCommand> =>
    runCommand(args, { cwd: repository.root, env: repository.env });
  return { repository, server, run, remote };
}

describe.each(FORGE_KINDS)('on %s', (kind) => {
  it('debug --apply --pull-request fixes, pushes and proposes', async () => {
    const { repository, server, run, remote } = await open(kind);
    const before = repository.read(ZIPLINE);
    repository.write('notes.txt', 'mine');
    const { code, out, err } = await run(...DEBUG, '--pull-request', '--reason', 'It needs its links.');
    expect(code, err).toBe(0);
    expect(err).toContain(`pushed ${BRANCH} to origin`);
    expect(err).toMatch(/opened http:\/\/127\.0\.0\.1:\d+\/homelab\/\S+\/1 into main/);
    expect(out).toContain('proof   zipline/api → database/pg-rw 5432/TCP');
    expect(repository.read(ZIPLINE)).toBe(before);
    expect(repository.git('status', '--porcelain')).toBe('?? notes.txt\n');
    expect(remote('show', `${BRANCH}:${ZIPLINE}`)).toBe(`${before ?? ''}${LINE}`);
    expect(remote('log', '--format=%an', `main..${BRANCH}`).trim()).toBe('Ada Owner');
    const [kept] = server.state.pullRequests;
    expect(kept).toMatchObject({
      title: 'Give namespace zipline access to postgres',
      head: BRANCH,
      base: 'main',
    });
    expect(kept?.body).toContain('It needs its links.');
    expect(kept?.body).toContain(PULL_REQUEST_MARK);
    expect(`${out}${err}`).not.toContain(server.state.token);
  });

  it('again it finds the branch and the request, and doubles neither', async () => {
    const { server, run, remote } = await open(kind);
    await run(...DEBUG, '--pull-request');
    const again = await run(...DEBUG, '--pull-request', '-o', 'json');
    expect(again.code, again.err).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({
      applied: {
        fixed: [{ finding: 1 }],
        commit: { branch: BRANCH, isKnown: true },
        push: { kind: 'pushed', isNews: false },
        pullRequest: { kind: 'updated', number: 1, base: 'main' },
      },
    });
    expect(server.state.pullRequests.length).toBe(1);
    expect(remote('for-each-ref', '--format=%(refname)').split('\n').filter(Boolean).length).toBe(2);
  });

  it('a token that is refused keeps the commit and the push, and says what to do', async () => {
    const { server, run } = await open(kind);
    server.plan({ method: 'POST', reply: { status: 401, body: { message: 'Token expired' } } });
    const { code, out, err } = await run(...DEBUG, '--pull-request', '-o', 'json');
    expect(code).toBe(2);
    expect(err).toContain('does not accept the token');
    expect(err).not.toMatch(/\n {4}at /);
    expect(JSON.parse(out)).toMatchObject({
      applied: { push: { kind: 'pushed' }, pullRequest: { kind: 'refused', code: 'unauthorized' } },
    });
    expect((await run(...DEBUG, '--pull-request')).code).toBe(0);
  });
});

describe('the other verbs', () => {
  it('namespace set --pull-request', async () => {
    const { server, run } = await open('forgejo');
    const args = ['namespace', 'set', 'zipline', '--access', 'postgres', '--pull-request'];
    const { code, err } = await run(...args);
    expect(code, err).toBe(0);
    expect(server.state.pullRequests).toMatchObject([
      { title: 'Allow access to postgres in zipline', head: 'propolis/zipline-postgres-access' },
    ]);
    expectGolden('namespace-set.md', server.state.pullRequests[0]?.body);
  });

  it('platform add --pull-request', async () => {
    const { server, run } = await open('github', withoutDatabasePolicy);
    const args = ['--metrics-port', '9187', '--flows', 'flows.jsonl', '--pull-request'];
    const { code, err } = await run('platform', 'add', 'database', ...args);
    expect(code, err).toBe(0);
    expect(server.state.pullRequests).toMatchObject([{ head: 'propolis/database-policy' }]);
    expectGolden('platform-add.md', server.state.pullRequests[0]?.body);
  });

  it('--commit --push on the default branch needs its name', async () => {
    const { run, remote, repository } = await open('gitlab');
    const args = ['namespace', 'set', 'zipline', '--access', 'postgres'];
    const refused = await run(...args, '--commit', '--push');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.err).toContain('main is the default branch of origin');
    expect(remote('rev-list', '--count', 'main').trim()).toBe('2');
    repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    const named = await run(...args, '--branch', 'main', '--push');
    expect(named.code, named.err).toBe(0);
    expect(remote('rev-list', '--count', 'main').trim()).toBe('3');
  });
});

describe('the body', () => {
  it('holds the diagnosis, the proof and what it opens', async () => {
    const { server, run } = await open('github');
    await run(...DEBUG, '--pull-request', '--reason', 'Zipline keeps its links in PostgreSQL.');
    expectGolden('debug-apply.md', server.state.pullRequests[0]?.body);
  });
});

describe('what stops it before anything is made', () => {
  const noBranch = (repository: TestRepository): void =>
    expect(repository.git('branch', '--list', 'propolis/*')).toBe('');

  it('no remote', async () => {
    const { repository, run } = await open('github');
    repository.git('remote', 'remove', 'origin');
    const { code, err } = await run(...DEBUG, '--push');
    expect({ code, err }).toEqual({
      code: 2,
      err: 'propolis: There is no remote to push to.\n  Add one: git remote add origin URL.\n',
    });
    noBranch(repository);
  });

  it('no token', async () => {
    const { repository, run } = await open('github');
    repository.git('config', '--unset', 'credential.helper');
    const { code, err } = await run(...DEBUG, '--pull-request', '--forge', 'github');
    expect(code).toBe(2);
    expect(err).toMatch(/There is no token for 127\.0\.0\.1:\d+\.\n {2}Set GH_ENTERPRISE_TOKEN or GITHUB/);
    noBranch(repository);
  });

  it('a remote that is a folder', async () => {
    const { repository, run } = await open('github');
    repository.git('remote', 'set-url', 'origin', '../disk.git');
    const { code, err } = await run(...DEBUG, '--pull-request');
    expect(code).toBe(2);
    expect(err).toContain('no repository of GitHub, GitLab or Forgejo: ../disk.git');
    noBranch(repository);
  });

  it('a file that somebody has changed', async () => {
    const { repository, run } = await open('github');
    repository.write(ZIPLINE, `${repository.read(ZIPLINE) ?? ''}# mine\n`);
    const { code, err } = await run(...DEBUG, '--push');
    expect(code).toBe(2);
    expect(err).toContain(`Changed or new, and not committed: ${ZIPLINE}.`);
    noBranch(repository);
  });

  it.each([
    { args: ['--apply', '-o', 'diff'], says: '-o diff prints the fixes, and --apply makes them.' },
    { args: ['--push'], says: '--push is about making the fixes.' },
    { args: ['--apply', '--remote', 'origin'], says: '--remote is where to push to.' },
    { args: ['--apply', '--base', 'main'], says: '--base is about the pull request.' },
    { args: ['--apply', '--fix', '9'], says: 'There is no cause 9: the diagnosis has 1.' },
    { args: ['--apply', '--only', 'port'], says: 'No cause with a fix is of port.' },
    { args: ['--apply', '--branch', 'main..x'], says: 'A branch cannot be called "main..x".' },
  ])('$args', async ({ args, says }) => {
    const { run, repository } = await open('github');
    const { code, err } = await run('debug', 'zipline', '--flows', 'flows.jsonl', ...args);
    expect(code).toBe(2);
    expect(err).toContain(says);
    noBranch(repository);
  });
});

describe('a catalog with faults', () => {
  it('is told once, and nothing is committed, pushed or proposed', async () => {
    const { repository, server, run, remote } = await open('github', (made) => {
      made.write('propolis.yaml', `${made.read('propolis.yaml') ?? ''}\nnobodyKnows: 1\n`);
    });
    const { code, out, err } = await run(...DEBUG, '--pull-request');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.match(/nobodyKnows/g)).toHaveLength(1);
    expect(err).toContain('mend the file and run again');
    expect(repository.git('branch', '--list', BRANCH)).toBe('');
    expect(remote('branch', '--list', BRANCH)).toBe('');
    expect(server.state.pullRequests).toEqual([]);
  });
});

describe('nothing to apply', () => {
  it('is said, with the exit code of the diagnosis', async () => {
    const { run, repository } = await open('github');
    const { code, err } = await run('debug', 'tandoor', '--flows', 'flows.jsonl', '--apply', '--push');
    expect({ code, err }).toEqual({ code: 1, err: 'propolis: nothing to apply: no cause has a fix.\n' });
    expect(repository.git('branch', '--list', 'propolis/*')).toBe('');
  });
});

describe('a branch of the name', () => {
  it('that is something else gets a number after it', async () => {
    const { run, repository } = await open('github');
    repository.git('branch', BRANCH);
    const { code, err } = await run(...DEBUG);
    expect(code, err).toBe(0);
    expect(err).toContain(`on ${BRANCH}-2`);
  });

  it('that somebody named is refused where it is something else', async () => {
    const { run, repository } = await open('github');
    repository.git('branch', 'mine');
    const { code, err } = await run(...DEBUG, '--branch', 'mine');
    expect(code).toBe(2);
    expect(err).toContain('There is a branch mine already.');
  });
});

function withoutDatabasePolicy(repository: TestRepository): void {
  const folder = 'kubernetes/platform/config/network-policy/platform';
  rmSync(join(repository.root, folder, 'database.yaml'));
  const list = repository.read(`${folder}/kustomization.yaml`) ?? '';
  repository.write(`${folder}/kustomization.yaml`, list.replace('  - database.yaml\n', ''));
}

/** PROPOLIS_UPDATE=1 writes what is expected. */
function expectGolden(name: string, body: string | undefined): void {
  const file = join(GOLDEN, name);
  if (IS_UPDATE) writeFileSync(file, body ?? '');
  expect(body).toBe(readFileSync(file, 'utf8'));
}
