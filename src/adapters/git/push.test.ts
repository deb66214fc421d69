import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ForgeServer, startForge } from '../../../test/forge/server.ts';
import { type TestRepository, testRepository } from '../../../test/lib/git-repository.ts';
import { writeFiles } from '../../cli/write-files.ts';
import type { PushOutcome } from '../../core/model/change.ts';
import { gitChanges } from './changes.ts';
import { gitCredential } from './credential.ts';
import { failureOf, withoutSecrets } from './remote.ts';

let opened: TestRepository[] = [];
let servers: ForgeServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  for (const repository of opened) repository.remove();
  [opened, servers] = [[], []];
});

const OWN = { branch: 'own', isNamed: true, isOwn: true };

describe('a push', () => {
  it('runs the hook of the user, and stops where it refuses', async () => {
    const repository = await openWithBranch();
    repository.addRemote('origin');
    const seen = join(repository.env['HOME'] ?? '', 'seen');
    repository.hook('pre-push', `cat >> ${seen}; test ! -e ${seen}.stop || { echo not on fridays; exit 1; }`);
    writeFileSync(`${seen}.stop`, '');
    expect(await push(repository)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'hook-refused', detail: expect.stringContaining('not on fridays') as string },
    });
    expect(readFileSync(seen, 'utf8')).toContain('refs/heads/own');
  });

  it('tells what a rule of the remote said', async () => {
    const repository = await openWithBranch();
    const bare = repository.addRemote('origin');
    writeFileSync(join(bare, 'hooks/pre-receive'), '#!/bin/sh\necho frozen until monday\nexit 1\n', {
      mode: 0o755,
    });
    expect(await push(repository)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'rejected', detail: expect.stringContaining('frozen until monday') as string },
    });
  });

  it('sends the branch alone, whatever the settings say', async () => {
    const repository = await openWithBranch();
    const bare = repository.addRemote('origin');
    repository.git('tag', '--annotate', '--message', 'T', 'v1', 'own');
    repository.git('config', 'push.followTags', 'true');
    repository.git('config', 'remote.origin.push', '+refs/*:refs/*');
    expect(await push(repository)).toMatchObject({ kind: 'pushed' });
    const refs = repository.git('--git-dir', bare, 'for-each-ref', '--format=%(refname)');
    expect(refs).toBe('refs/heads/main\nrefs/heads/own\n');
    expect(repository.git('config', 'branch.own.remote').trim()).toBe('origin');
  });

  it('goes where pushes go', async () => {
    const repository = await openWithBranch();
    repository.addRemote('upstream');
    const fork = repository.addRemote('fork');
    repository.git('config', 'remote.pushDefault', 'fork');
    expect(await push(repository)).toMatchObject({ pushed: { remote: { name: 'fork', url: fork } } });
  });

  it('asks the remote for its default branch where no clone knows it', async () => {
    const repository = await openWithBranch();
    repository.addRemote('origin');
    repository.git('remote', 'set-head', 'origin', '--delete');
    const outcome = await push(repository, { branch: 'main', isNamed: false, isOwn: false });
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'default-branch' } });
  });

  it('ends with all that it started when it takes too long', async () => {
    const repository = await openWithBranch();
    repository.addRemote('origin');
    const pid = join(repository.env['HOME'] ?? '', 'pid');
    repository.hook('pre-push', `sleep 100 & echo $! > ${pid}; wait`);
    const outcome = await gitChanges(repository.root, {
      write: writeFiles,
      env: repository.env,
      pushLimitMs: 1500,
    }).push(OWN);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'timed-out', detail: '1.5' } });
    expect(existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}/exe`)).toBe(false);
  });

  it('says when nothing listens', async () => {
    const repository = await openWithBranch();
    repository.git('remote', 'add', 'origin', 'http://ada:geheim@127.0.0.1:1/homelab/cluster.git');
    const outcome = await push(repository);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'unreachable' } });
    expect(JSON.stringify(outcome)).not.toContain('geheim');
  });
});

describe('a push over HTTP', () => {
  it('takes what the store of credentials knows', async () => {
    const { repository, server } = await openHosted();
    storeCredential(repository, server.state.token);
    expect(await push(repository)).toMatchObject({ kind: 'pushed', pushed: { isNews: true } });
    expect(await push(repository)).toMatchObject({ kind: 'pushed', pushed: { isNews: false } });
    const place = { protocol: 'http', host: new URL(server.origin).host, path: 'homelab/cluster.git' };
    expect(await gitCredential(repository.root, repository.env, place)).toEqual({
      username: 'ada',
      password: server.state.token,
    });
  });

  it.each([
    { what: 'no credentials', password: undefined },
    { what: 'wrong ones', password: 'wrong' },
  ])('is refused with $what, and asks nobody', async ({ password }) => {
    const { repository, server } = await openHosted();
    if (password !== undefined) storeCredential(repository, password);
    const asked = join(repository.env['HOME'] ?? '', 'asked');
    const ask = join(repository.env['HOME'] ?? '', 'ask');
    writeFileSync(ask, `#!/bin/sh\ntouch ${asked}\necho ${server.state.token}\n`, { mode: 0o755 });
    repository.git('config', 'core.askPass', ask);
    const env = { ...repository.env, GIT_ASKPASS: ask, SSH_ASKPASS: ask, DISPLAY: ':0' };
    const outcome = await gitChanges(repository.root, { write: writeFiles, env }).push(OWN);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'authentication' } });
    expect(existsSync(asked)).toBe(false);
  });
});

describe('the words of git', () => {
  it.each([
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'unreachable'],
    ["fatal: unable to access 'https://x/': SSL certificate problem: self-signed certificate", 'unreachable'],
    ['ssh: connect to host x port 22: Connection timed out', 'unreachable'],
    ['Host key verification failed.\nfatal: Could not read from remote repository.', 'unreachable'],
    ['git@x: Permission denied (publickey).', 'authentication'],
    ["fatal: could not read Username for 'https://x': terminal prompts disabled", 'authentication'],
    ['remote: Permission to a/b.git denied to ada.', 'authentication'],
    ['remote: You are not allowed to push code to this project.', 'authentication'],
    ["fatal: '/x' does not appear to be a git repository", 'push-failed'],
  ])('%j means %s', (said, code) => {
    expect(failureOf(said)).toBe(code);
  });

  it.each([
    ["unable to access 'https://ada:geheim@x/a.git/'", "unable to access 'https://x/a.git/'"],
    ['https://geheim@x/a', 'https://x/a'],
    ['ssh://git@x:22/a', 'ssh://git@x:22/a'],
    ['ssh://git:geheim@x:22/a', 'ssh://git@x:22/a'],
    ['git@x:a/b', 'git@x:a/b'],
  ])('%j is told as %j', (text, told) => {
    expect(withoutSecrets(text)).toBe(told);
  });
});

async function openWithBranch(): Promise<TestRepository> {
  const repository = testRepository({ 'a.yaml': 'a: 1\n' });
  opened.push(repository);
  const files = [{ path: 'a.yaml', before: 'a: 1\n', text: 'a: 2\n' }];
  const store = gitChanges(repository.root, { write: writeFiles, env: repository.env });
  expect(await store.commit({ files, message: 'Why\n', branch: 'own' })).toMatchObject({ kind: 'committed' });
  return repository;
}

async function openHosted(): Promise<{ readonly repository: TestRepository; readonly server: ForgeServer }> {
  const repository = await openWithBranch();
  const folder = repository.addRemote('disk');
  const server = await startForge('forgejo', { git: { folder, branches: () => [] } });
  servers.push(server);
  repository.git('remote', 'remove', 'disk');
  repository.git('remote', 'add', 'origin', `${server.origin}/homelab/cluster.git`);
  return { repository, server };
}

function storeCredential(repository: TestRepository, password: string): void {
  const helper = `!f() { test "$1" = get && echo username=ada && echo password=${password}; }; f`;
  repository.git('config', 'credential.helper', helper);
}

function push({ root, env }: TestRepository, request = OWN): Promise<PushOutcome> {
  return gitChanges(root, { write: writeFiles, env }).push(request);
}
