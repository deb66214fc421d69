import { holdsForPlain } from '../../engine/peer-selector.ts';
import { nearestName } from '../../manifest/policy/nearest-name.ts';
import type { Workload } from '../../model/repository.ts';
import { atPolicy } from '../at.ts';
import type { LintContext } from '../context.ts';
import { selectorNotation } from '../facts/notation.ts';
import { namespacesAsked, ownLabels, podSelectors, type SelectorSite } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface SelectsNothingFields {
  readonly selector: string;
  readonly isSubject: boolean;
  readonly namespaces: readonly string[];
  /** `label=value` of a workload that may have been meant; empty where none is near. */
  readonly nearest: string;
}

/** Only where all workloads of the namespaces are in the files; what Helm and operators make is not known. */
export const selectsNothing: Rule<'selects-nothing', SelectsNothingFields> = defineRule({
  id: 'selects-nothing',
  name: 'Selector that selects no workload',
  severity: 'warning',
  group: 'selectors',
  examples: {
    wrong: {
      'web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: registry.example/web:1
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: wbe
  ingress:
    - fromEntities:
        - ingress
`,
    },
    right: {
      'web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: registry.example/web:1
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  ingress:
    - fromEntities:
        - ingress
`,
    },
  },
  check(context, report) {
    for (const site of podSelectors(context)) {
      const { policy } = site.site;
      const own = { requirements: ownLabels(site.selector) };
      if (own.requirements.length === 0) continue;
      const namespaces = namespacesOf(site);
      const workloads = namespaces.flatMap((namespace) => context.pods.inNamespace(namespace));
      if (workloads.length === 0 || workloads.some(({ podLabels }) => holdsForPlain(own, podLabels)))
        continue;
      const nearest = nearestLabel(own.requirements, workloads, context.pods.isComplete);
      // Pods of Helm releases and operators are in no file, so only a near miss is worth a word.
      if (nearest === '' && !(context.pods.isComplete && areKeysInUse(context, site))) continue;
      report({
        at: atPolicy(context, policy, site.path),
        fields: {
          selector: selectorNotation(own),
          isSubject: site.rule === undefined,
          namespaces,
          nearest,
        },
        severity: context.pods.isComplete ? 'warning' : 'info',
        key: selectorNotation(site.selector),
      });
    }
  },
});

/** Where the selected pods can be; empty where that is not a matter of names. */
function namespacesOf({ selector, site: { policy } }: SelectorSite): readonly string[] {
  const asked = namespacesAsked(selector);
  if (asked.length > 0) return asked;
  const isElsewhere = selector.requirements.some(({ key }) => key.startsWith('io.'));
  return isElsewhere || policy.namespace === '' ? [] : [policy.namespace];
}

/** Whether pods in the files have such labels at all; others may come from an operator. */
function areKeysInUse({ read }: LintContext, { selector }: SelectorSite): boolean {
  return ownLabels(selector).every(({ key }) =>
    read.workloads.some(({ podLabels }) => Object.hasOwn(podLabels, key)),
  );
}

function nearestLabel(
  requirements: ReturnType<typeof ownLabels>,
  workloads: readonly Workload[],
  isComplete: boolean,
): string {
  for (const { key, operator, values } of requirements) {
    const wanted = values[0] ?? '';
    if (operator !== 'In' || wanted.length < 3) continue;
    const there = workloads.flatMap(({ podLabels }) =>
      Object.hasOwn(podLabels, key) ? [podLabels[key] ?? ''] : [],
    );
    if (there.includes(wanted)) continue;
    // Where other workloads may be, only a slip of the finger is a reason to speak.
    const near =
      there.find((value) => isSlip(wanted, value)) ??
      (isComplete ? nearestName(wanted, [...new Set(there)]) : undefined);
    if (near !== undefined) return `${key}=${near}`;
  }
  return '';
}

/** One letter more, less or other, or two next to each other the wrong way round. */
function isSlip(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && left === [...right].reverse().join('');
}
