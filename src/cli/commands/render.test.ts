import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type RanCommand, runCommand } from '../../../test/lib/command.ts';

const TREE = 'kubernetes/platform/config/network-policy';
const STANDARD = `${TREE}/profiles/standard.yaml`;
const all = mkdtempSync(join(tmpdir(), 'propolis-render-'));
afterAll(() => rmSync(all, { recursive: true, force: true }));

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(all, 'repo-'));
  write('propolis.yaml', '');
});

describe('propolis render', () => {
  it('writes the tree once, and then finds it as it should be', async () => {
    const first = await propolis('render');
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain(`+ ${STANDARD}\n`);
    expect(read(STANDARD)).toContain('name: profile-standard');
    expect(await propolis('render', '--check')).toMatchObject({ code: 0, out: '' });
    const before = snapshot();
    expect((await propolis('render')).out).toMatch(/^\d+ files: \d+ as they should be\n$/);
    expect(snapshot()).toEqual(before);
  });

  it('fails its check on a difference, shows it, and writes nothing', async () => {
    await propolis('render');
    write('propolis.yaml', 'profiles: {standard: {egress: [{to: world, ports: [80, 443]}]}}\n');
    const before = snapshot();
    const { code, out, err } = await propolis('render', '--check');
    expect(code).toBe(1);
    expect(out).toContain(`--- a/${STANDARD}\n+++ b/${STANDARD}\n`);
    expect(out).toContain('+              - port: "80"\n');
    expect(err).toContain('2 different');
    expect(snapshot()).toEqual(before);
  });

  it('gives a diff that git applies', async () => {
    write(`${TREE}/baselines/kustomization.yaml`, 'resources:\n- mine.yaml\n');
    write(`${TREE}/baselines/mine.yaml`, 'kind: X\napiVersion: v1\nmetadata: {name: x}\n');
    const { code, out, err } = await propolis('render', '--diff');
    expect([code, err]).toEqual([1, '']);
    const applied = spawnSync('git', ['apply'], { cwd: root, input: out, encoding: 'utf8' });
    expect(applied.stderr).toBe('');
    expect(await propolis('render', '--check')).toMatchObject({ code: 0 });
  });

  it('leaves files written by hand alone', async () => {
    const mine = `${TREE}/profiles/mine.yaml`;
    write(mine, '# mine\n');
    await propolis('render');
    await propolis('render', '--force');
    expect(read(mine)).toBe('# mine\n');
  });

  it('reports a file of its own that was edited, and replaces it only when forced to', async () => {
    await propolis('render');
    const rendered = read(STANDARD);
    write(STANDARD, rendered.replace('"443"', '"8443"'));
    const { code, out } = await propolis('render');
    expect(code).toBe(1);
    expect(out).toContain(`! ${STANDARD}\n  rendered, and edited by hand since: left alone.`);
    expect(read(STANDARD)).toContain('8443');
    expect((await propolis('render', '--check')).code).toBe(1);
    expect((await propolis('render', '--force')).code).toBe(0);
    expect(read(STANDARD)).toBe(rendered);
  });

  it('deletes what the catalog no longer asks for, and the folder when it is empty', async () => {
    await propolis('render');
    write('propolis.yaml', 'resources: {postgres: false, dragonfly: false, garage-s3: false}\n');
    const { code, out } = await propolis('render');
    expect(code).toBe(0);
    expect(out).toContain(`- ${TREE}/shared-resources/postgres.yaml\n`);
    expect(existsSync(join(root, TREE, 'shared-resources'))).toBe(false);
    expect(read(`${TREE}/kustomization.yaml`)).not.toContain('shared-resources');
    expect((await propolis('render', '--check')).code).toBe(0);
  });

  it('begins policies only for platform namespaces that are there', async () => {
    write('kubernetes/ns.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: database}\n');
    await propolis('render');
    expect(readdirSync(join(root, TREE, 'platform')).sort()).toEqual(['database.yaml', 'kustomization.yaml']);
    write(`${TREE}/platform/database.yaml`, `${read(`${TREE}/platform/database.yaml`)}# and more\n`);
    expect((await propolis('render', '--check')).code).toBe(0);
  });

  it('says the same in JSON', async () => {
    const { code, out } = await propolis('render', '--check', '-o', 'json');
    expect(code).toBe(1);
    const json = JSON.parse(out) as { readonly files: readonly { readonly path: string }[] };
    expect(json).toMatchObject({ version: 1, written: false, differs: true });
    expect(json.files.find(({ path }) => path === STANDARD)).toMatchObject({
      change: 'create',
      diff: expect.stringContaining('+++ b/') as string,
    });
    expect((await propolis('render', '-o', 'yaml')).out).toContain('written: true');
  });

  it('keeps the mode of a file, and leaves nothing else behind', async () => {
    await propolis('render');
    chmodSync(join(root, STANDARD), 0o640);
    write('propolis.yaml', 'labelPrefix: np.example.com\n');
    await propolis('render');
    expect(statSync(join(root, STANDARD)).mode & 0o777).toBe(0o640);
    expect([...snapshot().keys()].filter((path) => !/\.(?:yaml|md)$/.test(path))).toEqual([]);
  });
});

describe('propolis render refuses', () => {
  it('a folder without a catalog', async () => {
    rmSync(join(root, 'propolis.yaml'));
    expect(await propolis('render')).toMatchObject({
      code: 2,
      err: expect.stringContaining('propolis init') as string,
    });
    expect(snapshot().size).toBe(0);
  });

  it('a catalog with faults, and names them', async () => {
    write('propolis.yaml', 'paths: {policies: ../elsewhere}\nprofile: {}\n');
    const { code, err } = await propolis('render');
    expect(code).toBe(2);
    expect(err).toContain('propolis.yaml:1: paths.policies is "../elsewhere"; it must be a path');
    expect(err).toContain('propolis.yaml:2: profile is no field; it must be profiles\n');
    expect([...snapshot().keys()]).toEqual(['propolis.yaml']);
  });

  it.each([
    { name: 'a folder that is a link out of the repository', link: TREE, to: 'folder' },
    { name: 'a file that is a link out of the repository', link: STANDARD, to: 'file' },
  ])('$name', async ({ link, to }) => {
    const outside = mkdtempSync(join(all, 'outside-'));
    writeFileSync(join(outside, 'file'), 'not yours\n');
    mkdirSync(dirname(join(root, link)), { recursive: true });
    symlinkSync(to === 'file' ? join(outside, 'file') : outside, join(root, link));
    for (const force of [[], ['--force']]) {
      expect(await propolis('render', ...force)).toMatchObject({
        code: 2,
        err: expect.stringContaining('link') as string,
      });
    }
    expect(readdirSync(outside)).toEqual(['file']);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('not yours\n');
  });

  it('a path into .git', async () => {
    write('propolis.yaml', 'paths: {policies: .git/hooks}\n');
    expect(await propolis('render')).toMatchObject({
      code: 2,
      err: expect.stringContaining('outside') as string,
    });
    expect(existsSync(join(root, '.git'))).toBe(false);
  });

  it('a repository that is none', async () => {
    expect(await propolis('render', '--repo', 'nowhere')).toMatchObject({ code: 2 });
    expect(await propolis('render', '--repo', 'propolis.yaml')).toMatchObject({ code: 2 });
  });

  it('to overwrite a file that a walk over manifests does not show', async () => {
    write('propolis.yaml', 'paths: {policies: .hidden}\n');
    write('.hidden/profiles/standard.yaml', '# mine\n');
    expect((await propolis('render')).code).toBe(1);
    expect(read('.hidden/profiles/standard.yaml')).toBe('# mine\n');
    expect((await propolis('render', '--check')).out).not.toContain('internal.yaml');
  });
});

function propolis(...args: readonly string[]): Promise<RanCommand> {
  return runCommand(args, { cwd: root });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Every file with its text. */
function snapshot(): ReadonlyMap<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    entries.map((entry) => {
      const full = join(entry.parentPath, entry.name);
      return [full.slice(root.length + 1), readFileSync(full, 'utf8')];
    }),
  );
}
