import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRepository } from '../../manifest/read.ts';
import { inputsOf } from '../testing.ts';
import { planNamespaceChange } from './plan.ts';
import type { NamespaceRequest } from './wanted.ts';

type Files = Readonly<Record<string, string>>;

const PROFILE = 'network-policy.homelab/profile';
const PROFILES = ['isolated', 'internal', 'internal-egress', 'standard'];
const RESOURCES = ['postgres', 'dragonfly', 'garage-s3', 'kube-api'];

describe('laws of changes in a repository', () => {
  it('set and then the reverse gives the same bytes', () => {
    fc.assert(
      fc.property(repository(), fc.nat(), change(), (files, pick, wanted) => {
        const { namespace, labels } = chosen(files, pick);
        const request = additions(namespace, labels, wanted);
        fc.pre(request !== undefined);
        const after = applied(files, request);
        expect(after).not.toEqual(files);
        expect(applied(after, reverse(request, labels))).toEqual(files);
      }),
    );
  });

  it('changes one file, and in the reading one namespace, to exactly what was asked for', () => {
    fc.assert(
      fc.property(repository(), fc.nat(), change(), (files, pick, wanted) => {
        const { namespace, labels } = chosen(files, pick);
        const request = additions(namespace, labels, wanted);
        fc.pre(request !== undefined);
        const after = applied(files, request);
        expect(Object.keys(files).filter((path) => files[path] !== after[path])).toHaveLength(1);
        const expected = new Map(labelsIn(files));
        const own: Record<string, string> = { ...labels };
        if (request.profile?.kind === 'set') own[PROFILE] = request.profile.name;
        for (const resource of request.access ?? []) own[accessKey(resource)] = 'true';
        expected.set(namespace, own);
        expect(new Map(labelsIn(after))).toEqual(expected);
      }),
    );
  });

  it('asking for what is there is no change', () => {
    fc.assert(
      fc.property(repository(), fc.nat(), (files, pick) => {
        const { namespace, labels } = chosen(files, pick);
        const profile = labels[PROFILE];
        const request: NamespaceRequest = {
          namespace,
          access: RESOURCES.filter((resource) => Object.hasOwn(labels, accessKey(resource))),
          removeAccess: RESOURCES.filter((resource) => !Object.hasOwn(labels, accessKey(resource))),
          profile: profile === undefined ? { kind: 'remove' } : { kind: 'set', name: profile },
        };
        expect(planNamespaceChange(request, inputsOf(files)).kind).toBe('unchanged');
      }),
    );
  });
});

interface Change {
  readonly profile: string | undefined;
  readonly access: readonly string[];
}

function change(): fc.Arbitrary<Change> {
  return fc.record({
    profile: fc.option(fc.constantFrom(...PROFILES), { nil: undefined }),
    access: fc.subarray(RESOURCES),
  });
}

/** Only what can be undone: a removed line leaves no trace of where it stood. */
function additions(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  { profile, access }: Change,
): NamespaceRequest | undefined {
  const added = access.filter((resource) => !Object.hasOwn(labels, accessKey(resource)));
  const isNew = profile !== undefined && labels[PROFILE] !== profile;
  if (!isNew && added.length === 0) return undefined;
  return { namespace, access: added, ...(isNew ? { profile: { kind: 'set', name: profile } } : {}) };
}

function reverse(request: NamespaceRequest, labels: Readonly<Record<string, string>>): NamespaceRequest {
  const before = labels[PROFILE];
  const back =
    before === undefined ? ({ kind: 'remove' } as const) : ({ kind: 'set', name: before } as const);
  return {
    namespace: request.namespace,
    removeAccess: request.access ?? [],
    ...(request.profile === undefined ? {} : { profile: back }),
  };
}

function applied(files: Files, request: NamespaceRequest): Files {
  const plan = planNamespaceChange(request, inputsOf(files));
  if (plan.kind !== 'change') throw new Error(`${JSON.stringify(plan)}\n${JSON.stringify(files, null, 1)}`);
  const { path, text } = plan.change.file;
  return { ...files, [path]: text };
}

function chosen(
  files: Files,
  pick: number,
): { readonly namespace: string; readonly labels: Readonly<Record<string, string>> } {
  const all = labelsIn(files);
  const [namespace, labels] = all[pick % all.length] ?? ['', {}];
  return { namespace, labels };
}

function labelsIn(files: Files): readonly (readonly [string, Readonly<Record<string, string>>])[] {
  const { files: list, readOptions } = inputsOf(files);
  return readRepository(list, readOptions)
    .namespaces.filter(({ form }) => form.kind !== 'implied')
    .map(({ name, labels }) => [name, labels] as const);
}

function accessKey(resource: string): string {
  return `access.network-policy.homelab/${resource}`;
}

/** A namespace as somebody wrote it, before it is text. */
interface Written {
  readonly profile: string | undefined;
  readonly access: readonly string[];
  /** A label of others always stands there, since an emptied map has more than one form. */
  readonly style: 'plain' | 'quoted' | 'commented' | 'flow' | 'deep';
  readonly home: 'own file' | 'renamed' | 'among others' | 'list' | 'set';
  readonly lineEnd: '\n' | '\r\n';
  readonly isEnded: boolean;
}

function repository(): fc.Arbitrary<Files> {
  const one = fc.record<Written>({
    profile: fc.option(fc.constantFrom(...PROFILES), { nil: undefined }),
    access: fc.subarray(RESOURCES, { maxLength: 2 }),
    style: fc.constantFrom('plain', 'quoted', 'commented', 'flow', 'deep'),
    home: fc.constantFrom('own file', 'renamed', 'among others', 'list', 'set'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    isEnded: fc.boolean(),
  });
  return fc.array(one, { minLength: 1, maxLength: 6 }).map((all) => {
    const files = new Map<string, string>([['policies.yaml', POLICY]]);
    const names = all.map((_, i) => `ns${i}`);
    for (const [i, written] of all.entries()) {
      const name = names[i] ?? '';
      if (written.home === 'own file')
        files.set(`${name}/ns.yaml`, finished(objectText(name, written), written));
      if (written.home !== 'renamed') continue;
      files.set(
        `${name}/kustomization.yaml`,
        `kind: Kustomization\nnamespace: ${name}\nresources: [ns.yaml]\n`,
      );
      files.set(`${name}/ns.yaml`, finished(objectText('_', written), written));
    }
    const at = (home: Written['home']) =>
      all.flatMap((written, i) => (written.home === home ? [{ written, name: names[i] ?? '' }] : []));
    const [others, list, set] = [at('among others'), at('list'), at('set')];
    const first = (of: readonly { readonly written: Written }[]): Written | undefined => of[0]?.written;
    const style = first(others);
    if (style !== undefined) {
      const documents = others.map(({ written, name }) => objectText(name, written));
      files.set('others.yaml', finished(`# Ours.\n---\n${documents.join('---\n')}`, style));
    }
    const listStyle = first(list);
    if (listStyle !== undefined) {
      const items = list.map(({ written, name }) => indented(objectText(name, written)));
      files.set('list.yaml', finished(`apiVersion: v1\nkind: List\nitems:\n${items.join('')}`, listStyle));
    }
    if (set.length > 0) files.set('set.yaml', setText(set));
    return Object.fromEntries(files);
  });
}

function objectText(name: string, { profile, access, style }: Written): string {
  const pairs: (readonly [string, string])[] = [
    ['team', 'a'],
    ...(profile === undefined ? [] : [[PROFILE, profile] as const]),
    ...access.map((resource) => [accessKey(resource), 'true'] as const),
  ];
  const head = `apiVersion: v1\nkind: Namespace\nmetadata:\n`;
  switch (style) {
    case 'flow':
      return `${head}  name: ${name}\n  labels: {${pairs.map(([key, value]) => `${key}: "${value}"`).join(', ')}}\n`;
    case 'quoted':
      return `${head}  labels:\n${pairs.map(([key, value]) => `    '${key}': '${value}'\n`).join('')}  name: ${name}\n`;
    case 'commented':
      return `${head}  name: ${name}\n  labels:\n    # Whose it is.\n${pairs.map(([key, value]) => `    ${key}: "${value}" # because\n`).join('')}`;
    case 'deep':
      return `${head}      name: ${name}\n      labels:\n${pairs.map(([key, value]) => `            ${key}: "${value}"\n`).join('')}      annotations: {a: b}\nspec: {}\n`;
    case 'plain':
      return `${head}  name: ${name}\n  labels:\n${pairs.map(([key, value]) => `    ${key}: ${value === 'true' ? '"true"' : value}\n`).join('')}`;
  }
}

function setText(all: readonly { readonly written: Written; readonly name: string }[]): string {
  // Whether nothing is written as `false` or left out, only another input can tell.
  const [sample] = all;
  const others = ['other-a', 'other-b'].flatMap((name) =>
    sample === undefined ? [] : [{ name, written: { ...sample.written, profile: undefined, access: [] } }],
  );
  const inputs = [...all, ...others].map(({ written, name }) => {
    const access = RESOURCES.map((resource) => `      ${resource}: ${written.access.includes(resource)}\n`);
    const profile =
      written.profile === undefined
        ? '      policy: false\n'
        : `      policy:\n        profile: ${written.profile}\n`;
    return `    - name: ${name}\n${profile}${access.join('')}`;
  });
  const labels = RESOURCES.map(
    (resource) =>
      `        <<- if (index inputs "${resource}") >>\n        ${accessKey(resource)}: "true"\n        <<- end >>\n`,
  );
  return `apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: all, namespace: flux-system}
spec:
  inputs:
${inputs.join('')}  resourcesTemplate: |
    apiVersion: v1
    kind: Namespace
    metadata:
      name: << inputs.name >>
      labels:
        team: a
        <<- if inputs.policy >>
        ${PROFILE}: << inputs.policy.profile >>
        <<- end >>
${labels.join('')}`;
}

function finished(text: string, { lineEnd, isEnded }: Written): string {
  return (isEnded ? text : text.replace(/\n$/, '')).replaceAll('\n', lineEnd);
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '    ').replace(/^ {4}/, '  - ');
}

const POLICY = `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: access-postgres}
spec:
  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"}}
  egress: [{toEntities: [world], toPorts: [{ports: [{port: "5432", protocol: TCP}]}]}]
`;
