import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Catalog, DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import { hatchDocument } from '../../src/core/catalog/render/escape-hatch.ts';
import { printPolicy } from '../../src/core/catalog/render/print-policy.ts';
import { Ends } from '../../src/core/diagnose/ends.ts';
import { type ClosePlan, type HatchPlan, planClose, planHatch } from '../../src/core/diagnose/hatch/index.ts';
import { type Inputs, summarizeFlows } from '../../src/core/diagnose/index.ts';
import { stateOf, stateWithLabels } from '../../src/core/diagnose/state.ts';
import { difference } from '../../src/core/engine/index.ts';
import { readRepository } from '../../src/core/manifest/read.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import type { AgentOptions } from '../../src/core/model/options.ts';
import { flowsFromArray } from '../../src/core/ports/flow-source.ts';
import { runs } from '../lib/runs.ts';
import { CATALOG, randomCluster } from './random-cluster.ts';
import {
  API,
  ccnp,
  drop,
  event,
  type Files,
  inputsOf,
  namespace,
  PG,
  PROFILE,
  passes,
  reserved,
  SMTP,
  TOWN,
  world,
} from './tools.ts';

const HATCH_LABEL = 'network-policy.homelab/enforcement';

function hatchText(catalog: Catalog): string {
  return `---\n${printPolicy(hatchDocument(catalog))}`;
}

/** Only the namespace itself is opened: the form that people write first. */
function oneSidedText(catalog: Catalog): string {
  const { specs, ...document } = hatchDocument(catalog);
  return `---\n${printPolicy({ ...document, specs: specs.slice(0, 1) })}`;
}

const WITH_HATCH: Files = { ...TOWN, 'policies/hatch.yaml': hatchText(DEFAULT_CATALOG) };

async function planned(
  flows: readonly Flow[],
  files: Files = WITH_HATCH,
  options: Partial<AgentOptions> = {},
): Promise<HatchPlan> {
  const summary = await summarizeFlows(flowsFromArray(flows), 'shop');
  return planHatch(summary, { namespace: 'shop', inputs: inputsOf({ files, options }) });
}

async function closing(flows: readonly Flow[], files: Files = WITH_HATCH): Promise<ClosePlan> {
  const summary = await summarizeFlows(flowsFromArray(flows), 'shop');
  return planClose(summary, { namespace: 'shop', inputs: inputsOf({ files }) });
}

function outcomes({ drops }: HatchPlan): readonly string[] {
  return drops.map(({ finding, relief }) => {
    const why = relief.kind === 'not-relieved' ? ` ${relief.because.code}` : '';
    return `${finding.from.name} → ${finding.to.name} ${finding.port}: ${relief.kind}${why}`;
  });
}

describe('the plan of a hatch', () => {
  it('says that policy drops are relieved, at both ends, and that a label would do', async () => {
    const plan = await planned([...drop(API, PG, 5432), ...drop(API, SMTP, 25)]);
    expect(outcomes(plan)).toEqual([
      'shop/api → database/pg 5432: relieved',
      'shop/api → mail/smtp 25: relieved',
    ]);
    expect(plan.drops[0]?.finding.fix?.kind).toBe('access-label');
    expect(plan.isOpen).toBe(false);
    expect(plan.opens.map(({ from, to }) => `${from} → ${to}`)).toContain('mail/* → shop/*');
    expect(plan.closes).toEqual([]);
  });

  it('says that a deny rule stays, and which', async () => {
    const files = {
      ...WITH_HATCH,
      'policies/deny.yaml': ccnp(
        'deny-mail',
        `  endpointSelector: {}\n  egressDeny: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: mail}}]}]`,
      ),
    };
    const plan = await planned(
      drop(API, SMTP, 25, { dropReason: 'POLICY_DENY', dropReasonCode: 181 }),
      files,
    );
    expect(plan.drops[0]?.relief).toMatchObject({
      kind: 'not-relieved',
      because: { code: 'deny-rule', policies: [{ name: 'deny-mail' }] },
    });
  });

  it('says that a hatch of one side leaves the other end refusing', async () => {
    const files = { ...TOWN, 'policies/hatch.yaml': oneSidedText(DEFAULT_CATALOG) };
    const plan = await planned(drop(API, PG, 5432), files);
    expect(plan.drops[0]?.relief).toMatchObject({
      kind: 'not-relieved',
      because: {
        code: 'other-end',
        other: 'database/pg',
        policies: [{ name: 'baseline-health-probes' }, { name: 'database-default' }],
      },
    });
  });

  it('says that what `fromRequires` of the other end asks holds for the hatch too, until 1.19', async () => {
    const files = {
      ...WITH_HATCH,
      'policies/asks.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: asks, namespace: database}
spec: {endpointSelector: {}, ingress: [{fromRequires: [{matchLabels: {team: blue}}]}]}
`,
    };
    const on = async (version: '1.18' | '1.19') =>
      (await planned(drop(API, PG, 5432), files, { version })).drops;
    expect((await on('1.18'))[0]?.relief).toMatchObject({ because: { code: 'other-end' } });
    expect((await on('1.19'))[0]?.relief).toMatchObject({ kind: 'relieved' });
  });

  it('says that nothing reacts to the label where there is no hatch', async () => {
    const plan = await planned(drop(API, PG, 5432), TOWN);
    expect(outcomes(plan)).toEqual(['shop/api → database/pg 5432: not-relieved no-hatch']);
    expect(plan.opens).toEqual([]);
  });

  it.each([
    [
      'a stale address',
      drop(API, PG, 5432, { dropReason: 'STALE_OR_UNROUTABLE_IP', dropReasonCode: 151 }),
      'not-policy',
    ],
    [
      'a pod that Cilium does not manage',
      drop(reserved('unmanaged', '10.0.0.9', 3), API, 80, { direction: 'ingress' }),
      '',
    ],
  ])('says what policy has no part in: %s', async (_, flows, because) => {
    const [text = ''] = outcomes(await planned(flows));
    if (because !== '') expect(text).toMatch(new RegExp(`not-relieved ${because}$`));
    else expect(text).toMatch(/relieved/);
  });

  it('says that the namespace stands open already', async () => {
    const files = {
      ...WITH_HATCH,
      'namespaces.yaml': `${TOWN['namespaces.yaml']}`.replace(
        namespace('shop', { [PROFILE]: 'internal' }),
        namespace('shop', { [PROFILE]: 'internal', [HATCH_LABEL]: 'disabled' }),
      ),
    };
    const plan = await planned(drop(API, PG, 5432), files);
    expect(plan.isOpen).toBe(true);
    expect(outcomes(plan)).toEqual(['shop/api → database/pg 5432: not-relieved admitted-already']);
    expect(plan.opens).toEqual([]);
  });
});

describe('the plan of a close', () => {
  const open = {
    ...WITH_HATCH,
    'namespaces.yaml': `${TOWN['namespaces.yaml']}`.replace(
      namespace('shop', { [PROFILE]: 'internal' }),
      namespace('shop', { [PROFILE]: 'internal', [HATCH_LABEL]: 'disabled' }),
    ),
  };

  it('says what of the traffic would drop, and what would go on', async () => {
    const flows = [
      event(API, PG, 5432, passes({ eventType: 4 })),
      event(API, PG, 5432, passes({ eventType: 4 })),
      event(API, world('1.2.3.4'), 443, passes({ eventType: 4 })),
      event(SMTP, API, 80, passes({ eventType: 4, direction: 'ingress' })),
    ];
    const plan = await closing(flows, open);
    expect(plan.isOpen).toBe(true);
    expect(plan.seen).toBe(3);
    expect(
      plan.lost.map(({ from, to, port, count }) => `${from.name} → ${to.name} ${port} ${count}`),
    ).toEqual(['shop/api → database/pg 5432 2', 'mail/smtp → shop/api 80 1', 'shop/api → world 443 1']);
    expect(plan.lost[0]?.decision).toMatchObject({ verdict: 'denied' });
  });

  it('has nothing to say against closing where labels cover what was seen', async () => {
    const files = {
      ...open,
      'namespaces.yaml': `${TOWN['namespaces.yaml']}`.replace(
        namespace('shop', { [PROFILE]: 'internal' }),
        namespace('shop', { [PROFILE]: 'standard', [HATCH_LABEL]: 'disabled' }),
      ),
    };
    const plan = await closing([event(API, world('1.2.3.4'), 443, passes({ eventType: 4 }))], files);
    expect(plan).toMatchObject({ seen: 1, lost: [], uncertain: [] });
  });
});

describe('laws of the hatch', () => {
  const withHatch = (text: string) => (files: Inputs['files']) => [...files, { path: 'hatch.yaml', text }];

  /** 1.18 adds what `fromRequires` and `toRequires` ask to every rule of the same subject, also to the hatch's own. */
  const asksOfPeers = ({ files, options }: Pick<Inputs, 'files' | 'options'>): boolean =>
    options.version === '1.18' && files.some(({ text }) => /(?:from|to)Requires/.test(text));

  /** Drops of policy that stay with the namespace open, for another reason than a deny rule or a request's contents. */
  async function unrelieved(
    {
      files,
      options,
      flows,
    }: {
      readonly files: Inputs['files'];
      readonly options: Inputs['options'];
      readonly flows: readonly Flow[];
    },
    change: ReturnType<typeof withHatch>,
  ): Promise<readonly string[]> {
    const inputs = { files: change(files), catalog: CATALOG, options, readOptions: { agent: options } };
    const plan = planHatch(await summarizeFlows(flowsFromArray(flows), 'a'), {
      namespace: 'a',
      inputs,
      fixesMax: 0,
    });
    return outcomes(plan).filter((text) => / (?:other-end|no-hatch)$/.test(text));
  }

  const law = (text: string) =>
    fc.asyncProperty(randomCluster(), async (cluster) => {
      fc.pre(!asksOfPeers(cluster));
      return (await unrelieved(cluster, withHatch(text))).length === 0;
    });

  it('no policy drop of an open namespace is left, but for deny rules and what is not policy', async () => {
    await fc.assert(law(hatchText(CATALOG)), runs(100));
  });

  it('and this fails with the one-sided form', async () => {
    expect((await fc.check(law(oneSidedText(CATALOG)), { numRuns: 300 })).failed).toBe(true);
  });

  it('closing again gives back exactly the earlier decisions', async () => {
    await fc.assert(
      fc.asyncProperty(randomCluster(), async ({ files, options, flows }) => {
        const inputs: Inputs = {
          files: withHatch(hatchText(CATALOG))(files),
          catalog: CATALOG,
          options,
          readOptions: { agent: options },
        };
        const ends = new Ends(readRepository(inputs.files, inputs.readOptions), options);
        const summary = await summarizeFlows(flowsFromArray(flows), 'a');
        for (const edge of summary.edges) {
          ends.sourceOf(edge);
          ends.destinationOf(edge);
        }
        const before = stateOf(inputs, inputs.files, ends.all);
        const key = 'policy.test/enforcement';
        const open = stateWithLabels(inputs, before, {
          ends: ends.all,
          namespace: 'a',
          change: (labels) => ({ ...labels, [key]: 'disabled' }),
        });
        const closed = stateWithLabels(inputs, open, {
          ends: ends.all,
          namespace: 'a',
          change: (labels) => Object.fromEntries(Object.entries(labels).filter(([name]) => name !== key)),
        });
        expect(difference(before.engine, closed.engine)).toEqual([]);
      }),
      runs(50),
    );
  });
});
