import { LABEL_SOURCES } from '../../model/label.ts';
import type { Requirement } from '../../model/selector.ts';
import { atPolicy } from '../at.ts';
import { podSelectors } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface MisreadKeyFields {
  readonly key: string;
  readonly value: string;
  /** `reserved-value`: `reserved: health`. `reserved-with-value`: `reserved:health: "true"`. `unknown-source`: `app:tier`. */
  readonly problem: 'reserved-value' | 'reserved-with-value' | 'unknown-source';
  /** How it must be written; empty where it cannot be said. */
  readonly instead: string;
}

/** What stands before a key's first colon is its source. Cilium `pkg/labels/labels.go`; issue 14871. */
export const misreadKey: Rule<'misread-key', MisreadKeyFields> = defineRule({
  id: 'misread-key',
  name: 'Key that Cilium reads otherwise',
  severity: 'error',
  group: 'selectors',
  examples: {
    wrong: {
      'health.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: health
spec:
  endpointSelector:
    matchLabels:
      reserved: health
  ingress:
    - fromEntities:
        - remote-node
`,
    },
    right: {
      'health.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: health
spec:
  endpointSelector:
    matchLabels:
      reserved:health: ""
  ingress:
    - fromEntities:
        - remote-node
`,
    },
  },
  check(context, report) {
    for (const { selector, site, path } of podSelectors(context)) {
      for (const wanted of selector.requirements) {
        const fields = misreadingOf(wanted);
        if (fields !== undefined)
          report({ at: atPolicy(context, site.policy, path), fields, key: fields.key });
      }
    }
  },
});

const RESERVED_NAMES = [
  'host',
  'world',
  'health',
  'init',
  'ingress',
  'remote-node',
  'kube-apiserver',
  'unmanaged',
  'none',
];

function misreadingOf({ source, key, operator, values }: Requirement): MisreadKeyFields | undefined {
  const [value = ''] = values;
  if ((source === 'any' || source === 'k8s') && key === 'reserved' && RESERVED_NAMES.includes(value)) {
    return { key, value, problem: 'reserved-value', instead: `reserved:${value}: ""` };
  }
  if (source === 'reserved' && operator === 'In' && !values.includes('')) {
    return { key: `reserved:${key}`, value, problem: 'reserved-with-value', instead: `reserved:${key}: ""` };
  }
  if (!(LABEL_SOURCES as readonly string[]).includes(source)) {
    return { key: `${source}:${key}`, value, problem: 'unknown-source', instead: '' };
  }
  return undefined;
}
