import type { RuleRef, SideDecision } from '../model/decision.ts';
import type { Policy, Rule } from '../model/policy.ts';
import { type Judged, protocolOf } from './judged.ts';
import { servicesWithPort } from './services.ts';
import type { State } from './state.ts';

/** A rule that would admit the edge if it named the pod's port where it names the Service's. */
export interface ServicePortRule {
  readonly policy: Policy;
  readonly rule: Rule;
  /** `mail/smtp` */
  readonly service: string;
  readonly servicePort: number;
}

/**
 * Asks the side that refuses the same question with the port of each Service in front of the pod: whoever admits
 * that, and names just that port, was written for the Service.
 */
export function servicePortRule(
  { edge, from, to }: Judged,
  { direction }: SideDecision,
  { read, engine }: State,
): ServicePortRule | undefined {
  const protocol = protocolOf(edge);
  const [source, destination] = [engine.find(from.id), engine.find(to.id)];
  if (protocol === undefined || source === undefined || destination === undefined) return undefined;
  for (const { service, port } of servicesWithPort(read.services, to, { protocol, podPort: edge.port })) {
    const asked = engine.decide({ from: source, to: destination, protocol, port })[direction];
    for (const ref of asked.verdict === 'allowed' ? asked.rules : []) {
      const found = findRule(read.policies, ref);
      if (found !== undefined && namesPort(found.rule, port)) {
        return { ...found, service: `${service.namespace}/${service.name}`, servicePort: port };
      }
    }
  }
  return undefined;
}

/** The rule of the files that a decision names. */
export function findRule(
  policies: readonly Policy[],
  { policy: ref, place }: RuleRef,
): Pick<ServicePortRule, 'policy' | 'rule'> | undefined {
  for (const policy of policies) {
    if (policy.name !== ref.name || policy.namespace !== ref.namespace || policy.kind !== ref.kind) continue;
    for (const rule of policy.specs.flatMap(({ rules }) => rules)) {
      const { file, line, column } = rule.place;
      if (file === place.file && line === place.line && column === place.column) return { policy, rule };
    }
  }
  return undefined;
}

function namesPort({ ports = [] }: Rule, port: number): boolean {
  return ports.some((portRule) =>
    portRule.ports.some(
      (match) => match.kind === 'port' && match.port === port && match.endPort === undefined,
    ),
  );
}
