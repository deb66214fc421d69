import { DIRECTIONS, type Direction } from '../../model/policy.ts';
import { atRule } from '../at.ts';
import { deniesAll, isolatingPolicies, onlyIsolates } from '../facts/default-deny.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface AccidentalDefaultDenyFields {
  readonly direction: Direction;
  /** Pods that nothing else isolates in this direction, at most a handful. */
  readonly pods: readonly string[];
  readonly count: number;
}

/** Cilium `Rule.Sanitize`; issues 20914, 30572. */
export const accidentalDefaultDeny: Rule<'accidental-default-deny', AccidentalDefaultDenyFields> = defineRule(
  {
    id: 'accidental-default-deny',
    name: 'Deny rules that cut everything off',
    severity: 'error',
    group: 'rules',
    examples: {
      wrong: {
        'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
`,
        'metadata.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: deny-metadata
spec:
  endpointSelector: {}
  egressDeny:
    - toCIDR:
        - 169.254.169.254/32
`,
      },
      right: {
        'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
`,
        'metadata.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: deny-metadata
spec:
  endpointSelector: {}
  enableDefaultDeny:
    egress: false
  egressDeny:
    - toCIDR:
        - 169.254.169.254/32
`,
      },
    },
    check(context, report) {
      for (const { policy, spec } of context.specs) {
        for (const direction of DIRECTIONS) {
          const own = spec.rules.filter((rule) => rule.direction === direction);
          const [first] = own;
          const isSet = spec.enableDefaultDeny[direction] !== undefined;
          if (first === undefined || isSet || own.some(({ effect }) => effect === 'allow')) continue;
          // What denies nobody, or everybody, is there to isolate: other rules speak of that.
          if (onlyIsolates(spec, direction) || own.some(deniesAll)) continue;
          const world = context.world();
          const pods = world
            .subjectsOf(first)
            .filter((pod) => isolatingPolicies(world, pod, direction).size === 1);
          if (pods.length === 0) continue;
          report({
            at: atRule(context, { policy, spec, rule: first }),
            fields: {
              direction,
              pods: pods.slice(0, 5).map((pod) => world.idOf(pod)),
              count: pods.length,
            },
            key: direction,
          });
        }
      }
    },
  },
);
