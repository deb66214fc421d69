import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type RanCommand, runCommand } from '../../../test/lib/command.ts';
import { type TestRepository, testRepository } from '../../../test/lib/git-repository.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/homelab', import.meta.url));

let repository: TestRepository;
const opened: TestRepository[] = [];

beforeEach(() => {
  repository = testRepository({});
  opened.push(repository);
  cpSync(EXAMPLE, repository.root, { recursive: true });
  rmSync(join(repository.root, 'propolis.yaml'));
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--message', 'Example without its catalog');
});
afterAll(() => {
  for (const each of opened) each.remove();
});

describe('propolis init', () => {
  it('writes a catalog by which a diagnosis is the same as by the one that people wrote', async () => {
    const { code, err } = await propolis('init');
    expect({ code, err }).toEqual({ code: 0, err: 'propolis: wrote propolis.yaml\n' });
    for (const namespace of ['zipline', 'paperless', 'zigbee2mqtt', 'garage', 'vaultwarden']) {
      const args = ['debug', namespace, '--flows', 'flows.jsonl', '-o', 'json'];
      const [ours, theirs] = [await propolis(...args), await runCommand(args, { cwd: EXAMPLE })];
      expect(findingsIn(ours)).toEqual(findingsIn(theirs));
      expect(findingsIn(ours)).not.toEqual([]);
    }
  });

  it('is followed by a lasting file: it is never overwritten', async () => {
    repository.write('propolis.yaml', 'labelPrefix: np.example.com\n');
    const { code, out, err } = await propolis('init');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('not overwritten');
    const shown = await propolis('init', '--diff');
    expect(shown.code).toBe(1);
    expect(shown.out).toContain('-labelPrefix: np.example.com\n');
    expect(repository.read('propolis.yaml')).toBe('labelPrefix: np.example.com\n');
  });

  it('--diff prints it and writes nothing', async () => {
    const { code, out } = await propolis('init', '--diff');
    expect(code).toBe(1);
    expect(out).toContain('+# yaml-language-server: $schema=');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  it('--branch commits it', async () => {
    const { code } = await propolis('init', '--branch', 'catalog', '--reason', 'One place for all of it.');
    expect(code).toBe(0);
    expect(repository.git('show', '--format=%B', '--name-only', 'catalog')).toBe(
      'Say in propolis.yaml what network policy means here\n\nOne place for all of it.\n\n\npropolis.yaml\n',
    );
  });

  it('says where it found nothing', async () => {
    const { code, err } = await propolis('init', '--repo', 'kubernetes/apps/zipline');
    expect(code).toBe(1);
    expect(err).toContain('no policy and no Namespace was found');
  });
});

function findingsIn({ out }: RanCommand): unknown {
  return (JSON.parse(out) as { readonly findings: unknown }).findings;
}

function propolis(...args: readonly string[]): Promise<RanCommand> {
  return runCommand(args, { cwd: repository.root, env: repository.env });
}
