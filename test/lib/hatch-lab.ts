import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoCluster } from '../../src/demo/index.ts';
import { type RanCommand, runCommand, type Shell } from './command.ts';
import { type ExampleCluster, openExample } from './demo-cluster.ts';

export const HATCH_LABEL = 'network-policy.homelab/enforcement';
/** How the annotations of its record begin. */
export const RECORD = `${HATCH_LABEL}-`;

/** The example's cluster, and what tests of the hatch do with it. */
export class HatchLab {
  readonly cluster: DemoCluster;
  readonly repo: string;
  readonly #example: ExampleCluster;
  readonly #undo: (() => unknown)[] = [];

  static async start(): Promise<HatchLab> {
    return new HatchLab(await openExample());
  }

  private constructor(example: ExampleCluster) {
    this.#example = example;
    this.cluster = example.cluster;
    this.repo = example.repo;
  }

  stop(): Promise<void> {
    return this.#example.close();
  }

  /** As it was: no faults, nothing changed, all closed. */
  async reset(): Promise<void> {
    for (const take of this.#undo.splice(0).toReversed()) await take();
    this.cluster.relay.inject({});
    for (const object of this.cluster.api.store.list('Namespace')) {
      const { name, labels = {} } = object['metadata'] as unknown as Metadata & { readonly name: string };
      const isTouched =
        this.isOpen(name) || this.recordOf(name).length > 0 || Object.hasOwn(labels, HATCH_LABEL);
      if (isTouched)
        this.byHand(name, {
          metadata: { labels: { [HATCH_LABEL]: null }, annotations: this.#without(name) },
        });
    }
  }

  /** Runs the command as from a shell, without a terminal. */
  propolis(...words: readonly string[]): Promise<RanCommand> {
    return this.propolisIn({}, ...words);
  }

  propolisIn(shell: Pick<Shell, 'nowMs' | 'typed'>, ...words: readonly string[]): Promise<RanCommand> {
    const env = { KUBECONFIG: this.cluster.kubeconfig, USER: 'ada' };
    return runCommand(words, { cwd: this.repo, env, ...shell });
  }

  open(name: string, ...more: readonly string[]): Promise<RanCommand> {
    return this.#open(name, '0', more);
  }

  /** Opens, and follows the flows. */
  openAndWatch(name: string, watch: string): Promise<RanCommand> {
    return this.#open(name, watch, []);
  }

  #open(name: string, watch: string, more: readonly string[]): Promise<RanCommand> {
    return this.propolis(
      'hatch',
      'open',
      name,
      '--reason',
      'uploads fail',
      '--confirm',
      name,
      '--watch',
      watch,
      ...more,
    );
  }

  close(name: string): Promise<RanCommand> {
    return this.propolis('hatch', 'close', name, '--watch', '0');
  }

  metadataOf(name: string): Metadata {
    return (this.cluster.api.store.get('Namespace', '', name)?.['metadata'] ?? {}) as Metadata;
  }

  isOpen(name: string): boolean {
    return this.metadataOf(name).labels?.[HATCH_LABEL] === 'disabled';
  }

  /** What is left of a record, by the ends of its keys. */
  recordOf(name: string): readonly string[] {
    return Object.keys(this.metadataOf(name).annotations ?? {}).filter((key) => key.startsWith(RECORD));
  }

  #without(name: string): Readonly<Record<string, null>> {
    return Object.fromEntries(this.recordOf(name).map((key) => [key, null]));
  }

  /** Until the next reset. */
  inject(fault: Parameters<DemoCluster['api']['inject']>[0]): void {
    this.#undo.push(this.cluster.api.inject(fault));
  }

  /** Done at the next reset. */
  undo(act: () => unknown): void {
    this.#undo.push(act);
  }

  /** As `kubectl label` and `kubectl annotate` write. */
  byHand(name: string, body: object): void {
    const kind = this.cluster.api.kinds.find((one) => one.kind === 'Namespace');
    if (kind === undefined) throw new Error('no namespaces');
    this.cluster.api.registry.patch(
      { kind, namespace: '', name, subresource: '' },
      { form: 'merge', body: JSON.parse(JSON.stringify(body)) as never, isForced: false },
      { manager: 'kubectl-label', isDryRun: false },
    );
  }

  /** Git declares the label of zipline, with a value. */
  async declareInGit(value: string): Promise<void> {
    const path = join(this.repo, 'kubernetes/namespaces/zipline.yaml');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('  labels:\n', `  labels:\n    ${HATCH_LABEL}: ${value}\n`));
    this.undo(async () => {
      writeFileSync(path, text);
      await this.cluster.reconcile();
    });
    await this.cluster.reconcile();
  }
}

interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
