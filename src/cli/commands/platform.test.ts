import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type RanCommand, runCommand } from '../../../test/lib/command.ts';
import { type TestRepository, testRepository } from '../../../test/lib/git-repository.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/homelab', import.meta.url));
const FOLDER = 'kubernetes/platform/config/network-policy/platform';

let repository: TestRepository;
const opened: TestRepository[] = [];

beforeEach(() => {
  repository = testRepository({});
  opened.push(repository);
  cpSync(EXAMPLE, repository.root, { recursive: true });
  rmSync(join(repository.root, FOLDER, 'database.yaml'));
  const list = repository.read(`${FOLDER}/kustomization.yaml`) ?? '';
  repository.write(`${FOLDER}/kustomization.yaml`, list.replace('  - database.yaml\n', ''));
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message', 'Example without a policy for the database');
});
afterAll(() => {
  for (const each of opened) each.remove();
});

describe('propolis platform add', () => {
  it('writes the policy and lists it, and nothing else', async () => {
    const { code, out, err } = await propolis('--metrics-port', '9187', '--allow-to', 'kube-apiserver:6443');
    expect({ code, err }).toEqual({
      code: 0,
      err: `propolis: wrote ${FOLDER}/database.yaml, ${FOLDER}/kustomization.yaml\n`,
    });
    expect(out).toContain('from namespaces with access to postgres 5432/TCP   by the catalog');
    expect(out).toContain('to kube-apiserver 6443/TCP: allowed at both ends');
    expect(repository.git('diff', '--shortstat').trim()).toBe('1 file changed, 1 insertion(+)');
    expect(repository.git('status', '--porcelain')).toContain(`?? ${FOLDER}/database.yaml`);
    const again = await propolis('--metrics-port', '9187');
    expect(again.code).toBe(2);
    expect(again.err).toContain('There is one already: CNP database/database-default');
  });

  it('proposes rules from flows, with the proof, and commits on a branch', async () => {
    const { code, out } = await propolis(
      '--metrics-port',
      '9187',
      '--flows',
      'flows.jsonl',
      '--branch',
      'database-policy',
      '-o',
      'json',
    );
    expect(code).toBe(0);
    const plan = JSON.parse(out) as {
      readonly flows: { readonly stillPass: number; readonly lost: readonly unknown[] };
      readonly rules: readonly { readonly peer: string }[];
      readonly commit: { readonly branch: string };
    };
    expect(plan.flows.stillPass).toBeGreaterThan(0);
    expect(plan.flows.lost).toEqual([]);
    expect(plan.rules.map(({ peer }) => peer)).toContain('namespaces with access to postgres');
    expect(plan.commit.branch).toBe('database-policy');
    expect(repository.git('status', '--porcelain')).toBe('');
    expect(repository.git('show', '--name-only', '--format=%s', 'database-policy')).toBe(
      `Begin a policy for database\n\n${FOLDER}/database.yaml\n${FOLDER}/kustomization.yaml\n`,
    );
  });

  it.each([
    { args: [], says: 'Say it with --metrics-port' },
    { args: ['--metrics-port', 'metrics'], says: '--metrics-port must not be "metrics"' },
    { args: ['--metrics-port', '9187', '--allow-from', 'shop'], says: 'It must be NAME:PORT' },
    { args: ['--metrics-port', '9187', '--allow-to', '10.0.0.1:443'], says: 'externalRanges' },
    { args: ['--metrics-port', '9187', '--allow-to', 'mealy:443'], says: 'Did you mean mealie?' },
    { args: ['--metrics-port', '9187', '--include-dropped'], says: 'Name them with --flows' },
    {
      args: ['--metrics-port', '9187', '--flows', 'kubernetes/apps/kustomization.yaml'],
      says: 'has no flows that Hubble would write',
    },
  ])('refuses $args with what to do instead', async ({ args, says }) => {
    const { code, out, err } = await propolis(...args);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(repository.git('status', '--porcelain')).toBe('');
  });
});

describe('the text that it begins', () => {
  it('reads like its neighbours', async () => {
    await propolis('--metrics-port', '9187');
    const begun = repository.read(`${FOLDER}/database.yaml`) ?? '';
    const neighbour = readFileSync(join(EXAMPLE, FOLDER, 'cache.yaml'), 'utf8');
    expect(begun.split('\n').slice(0, 2)).toEqual(neighbour.split('\n').slice(0, 2));
    expect(begun.endsWith('\n')).toBe(true);
  });
});

function propolis(...args: readonly string[]): Promise<RanCommand> {
  return runCommand(['platform', 'add', 'database', ...args], { cwd: repository.root, env: repository.env });
}
