import { stringify } from 'yaml';
import { accessLabel, enforcementLabel, profileLabel } from '../lookup.ts';
import { REAPER_NAME } from '../reaper/manifest.ts';
import { markYaml } from '../render/marker.ts';
import type { Catalog } from '../types.ts';

/** The name of the policy, its binding and the role. */
export const GUARD_NAME = 'network-policy-labels';
/** What must be granted to change the labels: a resource that does not exist, so that RBAC alone says who may. */
export const GUARD_RESOURCE = 'namespacelabels';
export const GUARD_VERB = 'set';

export interface GuardExpressions {
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validation: string;
  readonly message: string;
  /** What the audit log is told; the API server leaves an empty text out. */
  readonly audit: string;
}

/**
 * The rule in CEL: whoever changes a profile, access or enforcement label of a namespace must be granted the verb
 * `set` on `namespacelabels` of the group that is the label prefix, of all namespaces or of this one.
 *
 * CEL has no clock, so it cannot say for how long a hatch may be open: the command and `hatch reap` do.
 */
export function guardExpressions(catalog: Catalog): GuardExpressions {
  const guarded = `k in ['${profileLabel(catalog)}', '${enforcementLabel(catalog)}'] || k.startsWith('${accessLabel(catalog, '')}')`;
  return {
    variables: [
      { name: 'after', expression: 'has(object.metadata.labels) ? object.metadata.labels : {}' },
      {
        name: 'before',
        expression: 'oldObject != null && has(oldObject.metadata.labels) ? oldObject.metadata.labels : {}',
      },
      {
        name: 'changed',
        expression: [
          `variables.after.filter(k, (${guarded}) && (!(k in variables.before) || variables.before[k] != variables.after[k]))`,
          `+ variables.before.filter(k, (${guarded}) && !(k in variables.after))`,
        ].join('\n'),
      },
    ],
    validation: [
      'size(variables.changed) == 0 ||',
      `authorizer.group('${catalog.labelPrefix}').resource('${GUARD_RESOURCE}').name(object.metadata.name).check('${GUARD_VERB}').allowed()`,
    ].join('\n'),
    message: `'changing ' + variables.changed.join(', ') + ' takes the verb ${GUARD_VERB} on ${GUARD_RESOURCE}.${catalog.labelPrefix}'`,
    audit: `size(variables.changed) == 0 ? '' : request.userInfo.username + ': ' + variables.changed.join(', ')`,
  };
}

/** The admission policy, its binding, and the role of those who may, bound to who applies Git. */
export function guardText(catalog: Catalog): string {
  const documents = [policy(catalog), binding(), role(catalog), roleBinding(catalog)];
  const comment =
    '# Who may change the labels of namespaces that network policy depends on: holders of the role below.\n# People who may open the escape hatch need a binding to it too.';
  const texts = documents.map((document) => `---\n${stringify(document, PRINTED)}`);
  return markYaml(texts.join('').replace('---\n', `---\n${comment}\n`));
}

const PRINTED = { lineWidth: 0, blockQuote: 'literal' } as const;

function policy(catalog: Catalog): object {
  const { variables, validation, message, audit } = guardExpressions(catalog);
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: GUARD_NAME },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            // An update of a subresource keeps the labels that come with it: pkg/registry/core/namespace/strategy.go.
            resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'],
          },
        ],
      },
      variables,
      validations: [{ expression: validation, messageExpression: message, reason: 'Forbidden' }],
      auditAnnotations: [{ key: 'changed-labels', valueExpression: audit }],
    },
  };
}

function binding(): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: GUARD_NAME },
    spec: { policyName: GUARD_NAME, validationActions: ['Deny', 'Audit'] },
  };
}

function role({ labelPrefix }: Catalog): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: GUARD_NAME },
    rules: [{ apiGroups: [labelPrefix], resources: [GUARD_RESOURCE], verbs: [GUARD_VERB] }],
  };
}

function roleBinding({ guard, hatch: { reaper } }: Catalog): object {
  const accounts = [
    ...guard.serviceAccounts,
    ...(reaper.enabled ? [`${reaper.namespace}/${REAPER_NAME}`] : []),
  ];
  const subjects = accounts.map((account) => {
    const [namespace = '', name = ''] = account.split('/');
    return { kind: 'ServiceAccount', name, namespace };
  });
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: GUARD_NAME },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: GUARD_NAME },
    subjects,
  };
}
