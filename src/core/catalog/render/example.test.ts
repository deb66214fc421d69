import { describe, expect, it } from 'vitest';
import { exampleFiles, readExample } from '../../../../scripts/example.ts';
import { type Change, compile, difference } from '../../engine/index.ts';
import { isNoPorts } from '../../model/port-set.ts';
import type { SourceFile } from '../../model/repository.ts';
import { portSetText } from '../profile-words.ts';
import { planRender } from './plan.ts';

const FILES = exampleFiles();
const BEFORE = readExample(FILES);
const AFTER = readExample(rendered());

/** The example, whose tree was written by hand, with the rendered tree in its place. */
function rendered(): readonly SourceFile[] {
  const surroundings = {
    namespaces: BEFORE.read.namespaces.map(({ name }) => name),
    governed: BEFORE.read.policies.map(({ namespace }) => namespace),
  };
  const files = new Map(FILES.map(({ path, text }) => [path, text]));
  for (const change of planRender(BEFORE.catalog, { existing: FILES, surroundings, force: true })) {
    if (change.kind === 'create' || change.kind === 'update') files.set(change.path, change.after);
    if (change.kind === 'delete') files.delete(change.path);
  }
  return [...files].flatMap(([path, text]) => (path.endsWith('.yaml') ? [{ path, text }] : []));
}

describe('the example with its tree rendered', () => {
  const changes = difference(compile(BEFORE.world, BEFORE.options), compile(AFTER.world, AFTER.options));

  it('is in force, and keeps what was written by hand', () => {
    expect([AFTER.read.problems, AFTER.read.refused]).toEqual([[], []]);
    const names = AFTER.read.policies.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['deny-cloud-metadata', 'database-default', 'escape-hatch']),
    );
  });

  it('closes nothing that was open', () => {
    expect(changes.filter(({ closed }) => !isNoPorts(closed))).toEqual([]);
  });

  it('opens between pods what the labels were for, and nothing else', () => {
    const isPod = (id: string): boolean => id.includes('/');
    const between = ({ from, to, opened }: Change): readonly string[] =>
      from.some(isPod) || to.some(isPod) ? [`${from[0]} → ${to[0]} ${portSetText(opened)}`] : [];
    // Cilium's own endpoints were cut by the hand-written baselines, which select them too.
    const pods = changes.filter(
      ({ from, to }) => ![...from, ...to].some((id) => id === 'health' || id === 'ingress'),
    );
    expect(pods.flatMap(between).sort()).toEqual([
      'backups/pg-dump → garage/garage 3900/TCP',
      'istio-system/* → istio-system/ztunnel 15008/TCP',
      'istio-system/istiod → istio-system/ztunnel 15008/TCP',
      'istio-system/ztunnel → mealie/mealie 15008/TCP',
      'mealie/mealie → istio-system/ztunnel 15008/TCP',
    ]);
  });
});
