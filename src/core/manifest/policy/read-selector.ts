import {
  type Operator,
  type Requirement,
  requirement,
  type Selector,
  selectorKey,
} from '../../model/selector.ts';
import type { SelectorData } from './cilium-object.ts';

/**
 * A label selector of an object that was accepted. `fallback` is the source of keys without one: `any` in Cilium's
 * objects, `k8s` in NetworkPolicy. What stands under `matchLabels` is marked, since the agent treats it in another way
 * when it adds a namespace.
 */
export function readSelector(data: SelectorData, fallback: 'any' | 'k8s'): Selector {
  const requirements: Requirement[] = Object.entries(data.matchLabels ?? {}).map(([key, value]) => ({
    ...requirement(selectorKey(key, fallback), 'In', [value]),
    isLabel: true,
  }));
  for (const { key = '', operator = '', values = [] } of data.matchExpressions ?? []) {
    requirements.push(requirement(selectorKey(key, fallback), operator as Operator, values));
  }
  return { requirements };
}
