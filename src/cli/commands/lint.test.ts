import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RanCommand, runCommand } from '../../../test/lib/command.ts';

const POLICY = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - host
  egress: []
`;
const BROKEN = POLICY.replace('name: web', 'name: api').replace('fromEntities', 'fromEntites');

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'propolis-lint-'));
  write('shop/web.yaml', POLICY);
  write('shop/api.yaml', BROKEN);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function lint(args: readonly string[], { cwd = root, stdin = '' } = {}): Promise<RanCommand> {
  return runCommand(['lint', ...args], { cwd, stdin });
}

async function rulesFound(args: readonly string[], options = {}): Promise<readonly string[]> {
  const { out } = await lint([...args, '-o', 'json'], options);
  const { findings } = JSON.parse(out) as { readonly findings: readonly { readonly rule: string }[] };
  return findings.map(({ rule }) => rule);
}

describe('propolis lint', () => {
  it('ends with 1 for an error, and shows it', async () => {
    const { code, out, err } = await lint([]);
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain('unknown-field   error   shop/api.yaml:9');
  });

  it.each([
    ['error', 0],
    ['warning', 1],
    ['info', 1],
    ['never', 0],
  ])('with --fail-on %s a warning ends with %i', async (severity, code) => {
    rmSync(join(root, 'shop/api.yaml'));
    expect((await lint(['--fail-on', severity])).code).toBe(code);
  });

  it('ends with 2 where there is no policy, so that nothing is called clean', async () => {
    mkdirSync(join(root, 'empty'));
    const { code, err } = await lint(['--repo', 'empty']);
    expect(code).toBe(2);
    expect(err).toContain('There is no network policy');
  });

  it.each([
    [['--fail-on', 'fatal'], 'fatal'],
    [['--rule', 'any-prot'], 'Did you mean any-port?'],
    [['--report', 'sarif'], 'FORMAT=FILE'],
    [['--baseline', 'none.json'], 'cannot be read'],
    [['shop', '--manifests', 'shop/web.yaml'], 'do not go together'],
    [['--fix', '--manifests', 'shop/web.yaml'], '-o diff'],
  ])('%j is wrong use', async (args, words) => {
    const { code, err } = await lint(args);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it('shows findings of the paths that are asked for', async () => {
    expect(await rulesFound(['shop/web.yaml'])).toEqual(['empty-rule-list']);
    expect((await rulesFound(['shop'])).length).toBeGreaterThan(1);
    expect(await rulesFound(['elsewhere'])).toEqual([]);
  });

  it('takes paths from where one is, and from the repository that is named', async () => {
    expect(await rulesFound(['web.yaml', '--repo', '..'], { cwd: join(root, 'shop') })).toEqual([
      'empty-rule-list',
    ]);
    expect(await rulesFound(['shop/web.yaml', '--repo', root], { cwd: tmpdir() })).toEqual([
      'empty-rule-list',
    ]);
  });

  it('runs the rules that are asked for', async () => {
    expect(await rulesFound(['--rule', 'empty-rule-list'])).toEqual(['empty-rule-list', 'empty-rule-list']);
    expect(await rulesFound(['--skip', 'empty-rule-list'])).not.toContain('empty-rule-list');
  });

  it('reads rendered manifests from a stream', async () => {
    expect(await rulesFound(['--manifests', '-'], { stdin: POLICY })).toEqual(['empty-rule-list']);
  });

  it('adopts a repository with a baseline, and then sees only what is new', async () => {
    const written = await lint(['--write-baseline', 'baseline.json']);
    expect(written.code).toBe(0);
    expect(written.err).toMatch(/^propolis: \d+ findings written to baseline\.json\.\n$/);
    expect((await lint(['--baseline', 'baseline.json', '--fail-on', 'info'])).code).toBe(0);
    write('shop/new.yaml', POLICY.replace('name: web', 'name: new'));
    const { code, out } = await lint(['--baseline', 'baseline.json', '--fail-on', 'info']);
    expect(code).toBe(1);
    expect(out).toContain('shop/new.yaml:11');
    expect(out).not.toContain('shop/web.yaml:11');
  });

  it('says which entries of the baseline are found no more', async () => {
    await lint(['--write-baseline', 'baseline.json']);
    rmSync(join(root, 'shop/api.yaml'));
    expect((await lint(['--baseline', 'baseline.json'])).out).toContain('found no more');
  });

  it('writes several reports in one run', async () => {
    await lint(['--report', 'sarif=a.sarif', '--report', 'junit=a.xml', '--report', 'github=a.txt']);
    expect(JSON.parse(readFileSync(join(root, 'a.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
    expect(readFileSync(join(root, 'a.xml'), 'utf8')).toMatch(/^<\?xml/);
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toMatch(/^::error file=shop\/api\.yaml/);
  });

  it('gives annotations the path from the working directory', async () => {
    const { out } = await lint(['--repo', 'shop', '-o', 'github']);
    expect(out).toContain('file=shop/api.yaml');
  });

  it('makes safe changes with --fix, and no others', async () => {
    const { code, out } = await lint(['--fix']);
    expect(code).toBe(1);
    expect(out).toContain('shop/web.yaml: 1 change\n');
    expect(readFileSync(join(root, 'shop/web.yaml'), 'utf8')).toBe(POLICY.replace('  egress: []\n', ''));
    expect(readFileSync(join(root, 'shop/api.yaml'), 'utf8')).toContain('fromEntites');
    expect((await lint(['shop/web.yaml', '--fail-on', 'info'])).code).toBe(0);
  });

  it('shows them as a diff, and writes nothing', async () => {
    const { out } = await lint(['-o', 'diff', 'shop/web.yaml']);
    expect(out).toContain('--- a/shop/web.yaml\n+++ b/shop/web.yaml\n');
    expect(out).toContain('-  egress: []\n');
    expect(readFileSync(join(root, 'shop/web.yaml'), 'utf8')).toBe(POLICY);
    expect(existsSync(join(root, 'a.sarif'))).toBe(false);
  });

  it('lists its rules', async () => {
    const { code, out } = await lint(['--list-rules']);
    expect(code).toBe(0);
    expect(out).toMatch(/^RULE +SEVERITY +FINDS\n/);
    expect(out).toContain('clusterwide-empty-peer');
  });

  it('reports mistakes of the catalog and of files as findings', async () => {
    write('propolis.yaml', 'profiles: {lan: {ingress: [inside]}}\n');
    write('shop/broken.yaml', 'kind: Namespace\nmetadata: [\n');
    const rules = await rulesFound([]);
    expect(rules).toContain('invalid-catalog');
    expect(rules).toContain('broken-file');
  });
});
