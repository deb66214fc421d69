import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type RanCommand, runCommand } from '../../../test/lib/command.ts';
import { type TestRepository, testRepository } from '../../../test/lib/git-repository.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/homelab', import.meta.url));
const ZIPLINE = 'kubernetes/namespaces/zipline.yaml';
const LINE = '    access.network-policy.homelab/postgres: "true"\n';

let repository: TestRepository;
let before = '';
const opened: TestRepository[] = [];

beforeEach(() => {
  repository = testRepository({});
  opened.push(repository);
  cpSync(join(EXAMPLE, 'kubernetes'), join(repository.root, 'kubernetes'), { recursive: true });
  cpSync(join(EXAMPLE, 'propolis.yaml'), join(repository.root, 'propolis.yaml'));
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message', 'Example');
  before = repository.read(ZIPLINE) ?? '';
});
afterAll(() => {
  for (const each of opened) each.remove();
});

describe('propolis namespace list', () => {
  it('tells profile, access, escape hatch and place', async () => {
    const { code, out, err } = await propolis('namespace', 'list');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^zipline +standard +- +- +kubernetes\/namespaces\/zipline\.yaml:3$/m);
    expect(out).toMatch(/^tandoor +internal +postgres +- +kubernetes\/namespaces\/trials\.yaml:13 \(input/m);
    expect(out).toMatch(/^database +\(platform\)/m);
  });

  it('says the same in JSON, and what labels ask for in vain', async () => {
    const text = before.replace('standard\n', `standart\n${LINE.replace('postgres', 'mysql')}`);
    repository.write(
      ZIPLINE,
      text.replace('labels:\n', 'labels:\n    network-policy.homelab/enforcement: disabled\n'),
    );
    const { code, out } = await propolis('namespace', 'list', '-o', 'json');
    expect(code).toBe(1);
    const { namespaces } = JSON.parse(out) as { namespaces: { name: string }[] };
    expect(namespaces.find(({ name }) => name === 'zipline')).toMatchObject({
      profile: 'standart',
      access: ['mysql'],
      hatch: 'open',
      file: ZIPLINE,
      faults: [{ code: 'unknown-profile' }, { code: 'unknown-resource' }],
    });
  });
});

describe('of several clusters', () => {
  it('the one that is listed is named', async () => {
    repository.write(
      'kubernetes/clusters/dev/ns.yaml',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: only-dev}\n',
    );
    const live = await propolis('namespace', 'list');
    expect(live.err).toBe('propolis: of several clusters, these are of live; choose with --env.\n');
    expect(live.out).not.toContain('only-dev');
    repository.write('propolis.yaml', '');
    const dev = await propolis('namespace', 'list', '--env', 'dev');
    expect(dev.err).toBe('');
    expect(dev.out).toContain('only-dev');
  });
});

describe('propolis namespace set', () => {
  it('writes one line, and tells what it opens', async () => {
    const { code, out, err } = await propolis('namespace', 'set', 'zipline', '--access', 'postgres');
    expect({ code, err }).toEqual({ code: 0, err: `propolis: wrote ${ZIPLINE}\n` });
    expect(repository.read(ZIPLINE)).toBe(before + LINE);
    expect(out).toContain('opens   zipline/* → database/*  5432/TCP');
    expect(repository.git('status', '--porcelain')).toBe(` M ${ZIPLINE}\n`);
  });

  it('and the reverse give the same bytes', async () => {
    await propolis('namespace', 'set', 'zipline', '--access', 'postgres,mqtt', '--profile', 'isolated');
    await propolis(
      'namespace',
      'set',
      'zipline',
      '--remove-access',
      'mqtt,postgres',
      '--profile',
      'standard',
    );
    expect(repository.read(ZIPLINE)).toBe(before);
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('--diff writes nothing, and git takes what it prints', async () => {
    const { code, out, err } = await propolis(
      'namespace',
      'set',
      'tandoor',
      '--remove-access',
      'postgres',
      '--diff',
    );
    expect(code).toBe(1);
    expect(err).toContain('closes  tandoor/* → database/*  5432/TCP');
    expect(repository.git('status', '--porcelain')).toBe('');
    repository.write('../change.diff', out);
    repository.git('apply', '../change.diff');
    expect(repository.git('diff', '--shortstat').trim()).toBe(
      '1 file changed, 1 insertion(+), 1 deletion(-)',
    );
  });

  it('--branch commits with the reason and the proof, and leaves the work tree', async () => {
    const { code, err } = await propolis(
      'namespace',
      'set',
      'zipline',
      '--access',
      'postgres',
      '--branch',
      'zipline-db',
      '--reason',
      'Zipline keeps its links in PostgreSQL since 4.0.',
    );
    expect(code).toBe(0);
    expect(err).toMatch(/^propolis: committed [0-9a-f]{10} on zipline-db\n$/);
    expect(repository.git('status', '--porcelain')).toBe('');
    expect(repository.git('branch', '--show-current').trim()).toBe('main');
    expect(repository.git('log', '-1', '--format=%an <%ae>%n%B', 'zipline-db')).toBe(
      `Ada Owner <ada@example.com>
Allow access to postgres in zipline

Zipline keeps its links in PostgreSQL since 4.0.

Opens:
  zipline/* → database/*  5432/TCP
in live

`,
    );
    expect(repository.git('show', `zipline-db:${ZIPLINE}`)).toBe(before + LINE);
  });

  it('--commit says in JSON what was done', async () => {
    const { code, out } = await propolis(
      'namespace',
      'set',
      'zipline',
      '--access',
      'postgres',
      '--commit',
      '-o',
      'json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'change',
      labels: [{ key: 'access.network-policy.homelab/postgres', before: null, after: 'true' }],
      effects: [
        {
          cluster: 'live',
          opens: [{ from: 'zipline/*', to: 'database/*', ports: ['5432/TCP'] }],
          closes: [],
        },
      ],
      isWritten: true,
      commit: { branch: 'main', commit: repository.git('rev-parse', 'HEAD').trim(), altered: [] },
    });
  });

  it('says which files it could not read, as the proof is without them', async () => {
    repository.write('kubernetes/broken.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: [\n');
    const { code, err } = await propolis('namespace', 'set', 'zipline', '--access', 'postgres');
    expect(code).toBe(0);
    expect(err).toContain('kubernetes/broken.yaml:');
  });

  it('does nothing by a catalog with mistakes', async () => {
    repository.write('propolis.yaml', 'labelPrefx: np.example.com\n');
    const { code, out, err } = await propolis('namespace', 'set', 'zipline', '--access', 'postgres');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('propolis.yaml:1');
    expect(repository.read(ZIPLINE)).toBe(before);
  });

  it('changes nothing where the files say so already', async () => {
    const { code, err } = await propolis('namespace', 'set', 'zipline', '--profile', 'standard');
    expect(code).toBe(0);
    expect(err).toContain('nothing to change');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('does not commit a file that somebody is at work on', async () => {
    repository.write(ZIPLINE, `${before}    team: a\n`);
    const { code, out, err } = await propolis(
      'namespace',
      'set',
      'zipline',
      '--access',
      'postgres',
      '--commit',
    );
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`not committed: ${ZIPLINE}`);
    expect(repository.read(ZIPLINE)).toBe(`${before}    team: a\n`);
  });

  it("says what the user's hook said", async () => {
    repository.hook('pre-commit', 'echo "policy: ask the owner first" >&2; exit 1');
    const { code, err } = await propolis(
      'namespace',
      'set',
      'zipline',
      '--access',
      'postgres',
      '--branch',
      'x',
    );
    expect(code).toBe(2);
    expect(err).toContain('policy: ask the owner first');
    expect(repository.git('branch', '--list', 'x')).toBe('');
  });

  it('says in JSON why it refuses', async () => {
    const { code, out } = await propolis(
      'namespace',
      'set',
      'database',
      '--profile',
      'internal',
      '-o',
      'json',
    );
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'platform-profile', namespace: 'database' },
    });
  });

  it.each([
    { args: ['zipline'], says: 'Nothing was asked for.' },
    { args: ['zipline', '--profile', 'internal', '--remove-profile'], says: 'are opposites' },
    { args: ['zipline', '--access', 'postgres', '--remove-access', 'postgres'], says: 'both to be given' },
    { args: ['ziplin', '--access', 'postgres'], says: 'Did you mean zipline?' },
    { args: ['zipline', '--access', 'postgress'], says: 'Did you mean postgres?' },
    { args: ['database', '--profile', 'internal'], says: 'never has a profile' },
    { args: ['linkding', '--access', 'mqtt'], says: 'access.network-policy.homelab/mqtt: "true"' },
    { args: ['kube-system', '--access', 'postgres'], says: 'kind: Namespace' },
    { args: ['zipline', '--access', 'postgres', '--diff', '--commit'], says: 'nothing to commit' },
    { args: ['zipline', '--access', 'postgres', '--reason', 'x'], says: 'Add --commit' },
    { args: ['zipline', '--access', 'postgres', '--env', 'life'], says: 'It has live.' },
    { args: ['zipline', '--access', 'postgres', '--branch', '-f'], says: 'cannot be called "-f"' },
  ])('refuses $args with what to do instead, and writes nothing', async ({ args, says }) => {
    const { code, out, err } = await propolis('namespace', 'set', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
    expect(repository.git('status', '--porcelain')).toBe('');
  });
});

function propolis(...args: readonly string[]): Promise<RanCommand> {
  return runCommand(args, { cwd: repository.root, env: repository.env });
}
