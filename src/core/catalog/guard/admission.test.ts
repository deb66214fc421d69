import { Environment } from '@marcbachmann/cel-js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DEFAULT_CATALOG } from '../defaults.ts';
import { guardExpressions, guardText } from './admission.ts';

type Labels = Readonly<Record<string, string>>;

interface Asked {
  readonly before: Labels | undefined;
  readonly after: Labels | undefined;
  /** What RBAC grants, as `group/resource/name/verb`; `*` for any name. */
  readonly granted: readonly string[];
  readonly isCreated?: boolean;
}

interface Admitted {
  readonly isAllowed: boolean;
  readonly message: string;
  readonly audit: string;
}

/** As the API server's authorizer in CEL: k8s.io/apiserver `pkg/cel/library/authz.go`. */
class Authorizer {
  readonly granted: readonly string[];
  readonly words: readonly string[];
  constructor(granted: readonly string[], words: readonly string[] = []) {
    this.granted = granted;
    this.words = words;
  }
  with(word: string): Authorizer {
    return new Authorizer(this.granted, [...this.words, word]);
  }
  allowed(): boolean {
    const [group = '', resource = '', name = '', verb = ''] = this.words;
    return [name, '*'].some((one) => this.granted.includes(`${group}/${resource}/${one}/${verb}`));
  }
}

const CEL = new Environment({ unlistedVariablesAreDyn: true })
  .registerType('Authorizer', Authorizer)
  .registerVariable('authorizer', 'Authorizer')
  .registerFunction('Authorizer.group(string): Authorizer', (self: Authorizer, word: string) =>
    self.with(word),
  )
  .registerFunction('Authorizer.resource(string): Authorizer', (self: Authorizer, word: string) =>
    self.with(word),
  )
  .registerFunction('Authorizer.name(string): Authorizer', (self: Authorizer, word: string) =>
    self.with(word),
  )
  .registerFunction('Authorizer.check(string): Authorizer', (self: Authorizer, word: string) =>
    self.with(word),
  )
  .registerFunction('Authorizer.allowed(): bool', (self: Authorizer) => self.allowed());

/** Evaluates the rendered expressions as the API server would: variables in their order, then the rest. */
function admit({ before, after, granted, isCreated = false }: Asked): Admitted {
  const { variables, validation, message, audit } = guardExpressions(DEFAULT_CATALOG);
  const namespace = (labels: Labels | undefined): object => ({
    metadata: { name: 'shop', ...(labels === undefined ? {} : { labels }) },
  });
  const known: Record<string, unknown> = {};
  const context = {
    object: namespace(after),
    oldObject: isCreated ? null : namespace(before),
    request: { userInfo: { username: 'ada' } },
    variables: known,
    authorizer: new Authorizer(granted),
  };
  for (const { name, expression } of variables) known[name] = CEL.evaluate(expression, context);
  return {
    isAllowed: CEL.evaluate(validation, context) === true,
    message: String(CEL.evaluate(message, context)),
    audit: CEL.evaluate(audit, context) as string,
  };
}

const MAY = ['network-policy.homelab/namespacelabels/*/set'];
const PROFILE = 'network-policy.homelab/profile';
const HATCH = 'network-policy.homelab/enforcement';
const POSTGRES = 'access.network-policy.homelab/postgres';

describe('the guard', () => {
  it.each([
    ['a profile is changed', { [PROFILE]: 'internal' }, { [PROFILE]: 'standard' }, PROFILE],
    ['a profile is taken away', { [PROFILE]: 'internal' }, {}, PROFILE],
    ['all labels are taken away', { [PROFILE]: 'internal' }, undefined, PROFILE],
    ['the hatch is opened', {}, { [HATCH]: 'disabled' }, HATCH],
    ['the hatch is opened where there were no labels', undefined, { [HATCH]: 'disabled' }, HATCH],
    ['the hatch is closed', { [HATCH]: 'disabled' }, {}, HATCH],
    ['access is given', { team: 'a' }, { team: 'a', [POSTGRES]: 'true' }, POSTGRES],
    [
      'access to what is no resource yet is given',
      {},
      { 'access.network-policy.homelab/new': 'true' },
      'new',
    ],
  ])('refuses whoever lacks the permission when %s, and tells the audit log', (_, before, after, key) => {
    const refused = admit({ before, after, granted: [] });
    expect(refused.isAllowed).toBe(false);
    expect(refused.message).toMatch(/takes the verb set on namespacelabels\.network-policy\.homelab$/);
    expect(refused.message).toContain(key);
    expect(refused.audit).toContain(`ada: `);
    expect(admit({ before, after, granted: MAY })).toMatchObject({ isAllowed: true });
  });

  it('lets everybody change other labels, and says nothing of it', () => {
    const asked = { before: { team: 'a', [PROFILE]: 'internal' }, granted: [] };
    expect(
      admit({ ...asked, after: { team: 'b', [PROFILE]: 'internal', 'app.network-policy.homelab/x': 'y' } }),
    ).toEqual({
      isAllowed: true,
      audit: '',
      message: expect.any(String) as string,
    });
  });

  it('guards the labels that a namespace is created with', () => {
    const asked = { before: undefined, after: { [HATCH]: 'disabled' }, isCreated: true };
    expect(admit({ ...asked, granted: [] }).isAllowed).toBe(false);
    expect(admit({ ...asked, after: { team: 'a' }, granted: [] }).isAllowed).toBe(true);
  });

  it('takes a permission for this namespace alone, and none for another or another verb', () => {
    const asked = { before: {}, after: { [PROFILE]: 'standard' } };
    const may = (name: string, verb: string): string =>
      `network-policy.homelab/namespacelabels/${name}/${verb}`;
    expect(admit({ ...asked, granted: [may('shop', 'set')] }).isAllowed).toBe(true);
    expect(admit({ ...asked, granted: [may('blog', 'set')] }).isAllowed).toBe(false);
    expect(admit({ ...asked, granted: [may('*', 'get')] }).isAllowed).toBe(false);
  });

  it('refuses exactly where a guarded label differs, whatever the labels are', () => {
    const keys = [
      PROFILE,
      HATCH,
      POSTGRES,
      'team',
      'network-policy.homelab/profiles',
      'access.network-policy',
    ];
    const labels = fc.option(fc.dictionary(fc.constantFrom(...keys), fc.constantFrom('a', 'b')), {
      nil: undefined,
    });
    fc.assert(
      fc.property(labels, labels, (before, after) => {
        const differs = [PROFILE, HATCH, POSTGRES].some((key) => before?.[key] !== after?.[key]);
        expect(admit({ before, after, granted: [] }).isAllowed).toBe(!differs);
      }),
    );
  });

  it('covers the subresources, which keep labels too', () => {
    const [policy] = parseAllDocuments(guardText(DEFAULT_CATALOG));
    expect(policy?.toJS()).toMatchObject({
      kind: 'ValidatingAdmissionPolicy',
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            {
              operations: ['CREATE', 'UPDATE'],
              resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'],
            },
          ],
        },
      },
    });
  });

  it('lets who applies Git go on: the service accounts of the catalog have the role', () => {
    const documents = parseAllDocuments(guardText(DEFAULT_CATALOG)).map(
      (document) => document.toJS() as object,
    );
    expect(documents.map((document) => Reflect.get(document, 'kind') as unknown)).toEqual([
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
      'ClusterRole',
      'ClusterRoleBinding',
    ]);
    expect(documents[3]).toMatchObject({
      subjects: [{ kind: 'ServiceAccount', namespace: 'flux-system', name: 'kustomize-controller' }],
    });
    expect(documents[2]).toMatchObject({
      rules: [{ apiGroups: ['network-policy.homelab'], resources: ['namespacelabels'], verbs: ['set'] }],
    });
  });
});
