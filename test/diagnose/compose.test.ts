import { describe, expect, it } from 'vitest';
import { type Catalog, DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import { planFixes } from '../../src/core/change/index.ts';
import {
  type ComposeOutcome,
  composeFixes,
  type Diagnosis,
  diagnoseSummary,
  type FlowSummary,
  type Inputs,
  summarizeFlows,
} from '../../src/core/diagnose/index.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import { flowsFromArray } from '../../src/core/ports/flow-source.ts';
import {
  API,
  ccnp,
  cnp,
  type DiagnosisGiven,
  drop,
  inputsOf,
  namespace,
  PG,
  POSTGRES,
  PROFILE,
  pod,
  TOWN,
  world,
} from './tools.ts';

const GATEWAY = pod('istio-gateway/gw', {
  ip: '10.0.9.1',
  labels: { 'gateway.networking.k8s.io/gateway-name': 'external' },
});
const TO_DATABASE = drop(API, PG, 5432);
const TO_WORLD = drop(API, world('1.2.3.4'), 443);
const FROM_GATEWAY = drop(GATEWAY, API, 8080, { direction: 'ingress' });

interface Asked {
  readonly diagnosis: Diagnosis;
  readonly summary: FlowSummary;
  readonly inputs: Inputs;
}

async function ask(flows: readonly Flow[], given: DiagnosisGiven = {}): Promise<Asked> {
  const inputs = inputsOf(given);
  const summary = await summarizeFlows(flowsFromArray(flows), 'shop');
  return { inputs, summary, diagnosis: diagnoseSummary(summary, { namespace: 'shop', inputs }) };
}

function compose({ diagnosis, summary, inputs }: Asked): ComposeOutcome {
  return composeFixes(diagnosis.findings, summary, { namespace: 'shop', inputs });
}

describe('fixes of several findings', () => {
  it('are one change of one file, proven together', async () => {
    const asked = await ask([...TO_DATABASE, ...TO_DATABASE, ...TO_WORLD]);
    const outcome = compose(asked);
    expect(outcome.kind === 'composed' && outcome.composed.files.map(({ path }) => path)).toEqual([
      'namespaces.yaml',
    ]);
    expect(outcome).toMatchObject({
      composed: {
        fixed: [
          { steps: [{ kind: 'access-label', resource: 'postgres' }], after: { verdict: 'allowed' } },
          { steps: [{ kind: 'profile', to: 'internal-egress' }], after: { verdict: 'allowed' } },
        ],
        closes: [],
      },
    });
    if (outcome.kind !== 'composed') return;
    const [{ text } = { text: '' }] = outcome.composed.files;
    expect(text).toBe(
      (TOWN['namespaces.yaml'] ?? '').replace(
        `    ${PROFILE}: "internal"\n`,
        `    ${PROFILE}: "internal-egress"\n    ${POSTGRES}: "true"\n`,
      ),
    );
    // The findings' own pairs are among what it opens.
    expect(outcome.composed.opens.map(({ from, to }) => `${from} ${to}`)).toContain('shop/* database/*');
  });

  it('add nothing where those before them admit it already', async () => {
    const outcome = compose(await ask([...FROM_GATEWAY, ...FROM_GATEWAY, ...TO_WORLD]));
    expect(outcome).toMatchObject({
      composed: {
        fixed: [{ steps: [{ kind: 'profile', to: 'standard' }] }, { steps: [] }],
      },
    });
  });

  it('widen a profile that those before them have chosen', async () => {
    const outcome = compose(await ask([...TO_WORLD, ...TO_WORLD, ...FROM_GATEWAY]));
    expect(outcome).toMatchObject({
      composed: {
        fixed: [
          { steps: [{ from: 'internal', to: 'internal-egress' }] },
          { steps: [{ from: 'internal-egress', to: 'standard' }] },
        ],
        closes: expect.any(Array) as unknown[],
      },
    });
  });

  it('are two rules in one list', async () => {
    const own = cnp('shop/own', '  endpointSelector: {}\n  egress:\n    - toEntities: [health]');
    const theirs = cnp('mail/own', '  endpointSelector: {}\n  ingress:\n    - fromEntities: [cluster]');
    const files = {
      ...TOWN,
      'shop.yaml': own,
      'mail.yaml': theirs,
      'namespaces.yaml': namespace('shop') + namespace('mail'),
    };
    const smtp = pod('mail/smtp', { ip: '10.0.3.4' });
    const flows = [...drop(API, smtp, 25), ...drop(API, smtp, 25), ...drop(API, smtp, 587)];
    const outcome = compose(await ask(flows, { files, catalog: { ...DEFAULT_CATALOG, profiles: [] } }));
    expect(outcome.kind).toBe('composed');
    if (outcome.kind !== 'composed') return;
    const text = outcome.composed.files.map((file) => file.text).join('');
    expect(text).toContain('25');
    expect(text).toContain('587');
    expect(text.match(/toEndpoints/g)).toHaveLength(2);
  });

  it('are refused where one takes away what another gives', async () => {
    const outcome = compose(await ask([...TO_WORLD, ...TO_WORLD, ...FROM_GATEWAY], EITHER_OR));
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { code: 'undone', finding: { to: { name: 'world' } } },
    });
  });
});

/** A profile lets out, and another lets in: none does both. */
const selectOf = (name: string): string =>
  `  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.${PROFILE}: ${name}}}`;
const EITHER_OR: DiagnosisGiven = {
  catalog: {
    ...DEFAULT_CATALOG,
    profiles: DEFAULT_CATALOG.profiles
      .slice(0, 2)
      .map((profile, i) => ({ ...profile, name: ['out', 'in'][i] ?? '' })),
  } satisfies Catalog,
  files: {
    ...TOWN,
    'policies/profiles.yaml':
      ccnp(
        'profile-out',
        `${selectOf('out')}\n  egress:\n    - toEntities: [world]\n      toPorts: [{ports: [{port: "443", protocol: TCP}]}]`,
      ) +
      ccnp(
        'profile-in',
        `${selectOf('in')}\n  ingress:\n    - fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: istio-gateway}}]\n      toPorts: [{ports: [{port: "8080", protocol: TCP}]}]`,
      ),
    'namespaces.yaml': namespace('shop', { team: 'a' }) + namespace('istio-gateway'),
  },
};

describe('a plan of fixes', () => {
  const both = [...TO_DATABASE, ...TO_DATABASE, ...TO_WORLD];

  it('takes all, and names a branch', async () => {
    const asked = await ask(both);
    expect(planFixes(asked.diagnosis, { ...asked, choice: {} })).toMatchObject({
      kind: 'change',
      change: { branch: 'propolis/shop-2-fixes', left: [], elsewhere: [] },
    });
  });

  it.each([
    { what: 'by number', choice: { numbers: [1] }, branch: 'propolis/shop-postgres-access' },
    { what: 'by kind', choice: { only: ['profile'] }, branch: 'propolis/shop-profile-internal-egress' },
    { what: 'by cause', choice: { only: ['missing-access-label'] }, branch: 'propolis/shop-postgres-access' },
  ] as const)('takes those that are chosen $what', async ({ choice, branch }) => {
    const asked = await ask(both);
    const plan = planFixes(asked.diagnosis, { ...asked, choice });
    expect(plan).toMatchObject({ kind: 'change', change: { branch } });
    expect(plan.kind === 'change' && plan.change.left.length).toBe(1);
  });

  it.each([
    { choice: { numbers: [7] }, refusal: { code: 'no-such-finding', number: 7, count: 2 } },
    { choice: { only: ['port'] }, refusal: { code: 'none-chosen', kinds: ['access-label', 'profile'] } },
  ] as const)('refuses $refusal.code', async ({ choice, refusal }) => {
    const asked = await ask(both);
    expect(planFixes(asked.diagnosis, { ...asked, choice })).toMatchObject({ kind: 'refused', refusal });
  });

  it('is nothing where no finding has a fix, and refuses one that is named', async () => {
    const asked = await ask(drop(API, PG, 9999));
    expect(planFixes(asked.diagnosis, { ...asked, choice: {} })).toEqual({ kind: 'nothing' });
    expect(planFixes(asked.diagnosis, { ...asked, choice: { numbers: [1] } })).toMatchObject({
      refusal: { code: 'finding-without-fix' },
    });
  });

  it('tells what it does in another cluster that reads the same file', async () => {
    const files = {
      ...TOWN,
      'clusters/dev/x.yaml': ccnp('only-dev', '  endpointSelector: {}\n  egress: [{toEntities: [health]}]'),
      'clusters/live/x.yaml': ccnp('only-live', '  endpointSelector: {}\n  egress: [{toEntities: [health]}]'),
    };
    const asked = await ask(TO_DATABASE, { files });
    const plan = planFixes(asked.diagnosis, { ...asked, choice: {} });
    expect(plan).toMatchObject({
      kind: 'change',
      change: { cluster: 'live', elsewhere: [{ cluster: 'dev', opens: [{ from: 'shop/*' }] }] },
    });
  });
});
