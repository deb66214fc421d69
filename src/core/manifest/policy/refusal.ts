import type { AgentOptions } from '../../model/options.ts';
import type { Path } from '../../model/place.ts';

/** Why the agent refuses an object: one code for each check that Cilium makes. Codes are never reused. */
export const REFUSAL_RULES = [
  /** The JSON decoder: a value of the wrong type. */
  'decode',
  'no-name',
  'empty-policy',
  'no-rules',
  'no-subject',
  'two-subjects',
  'node-subject-in-namespace',
  'label-key',
  'label-value',
  'selector-operator',
  'selector-values',
  'combined-peers',
  'node-labels-off',
  'unknown-entity',
  'cidr',
  'cidr-rule-choice',
  'except-outside',
  'name-and-pattern',
  'name-characters',
  'icmps-with-ports',
  'icmp-rules-off',
  'icmp-family',
  'icmp-type',
  'too-many-ports',
  'too-many-icmp-fields',
  'port-missing',
  'port-syntax',
  'port-of-extended-protocol',
  'protocol',
  'l7-proxy-off',
  'l7-on-host',
  'dns-on-ingress',
  'dns-without-port',
  'dns-port-range',
  'l7-needs-tcp',
  'l7-port-zero',
  'l7-kinds',
  'l7-without-protocol',
  'l7-empty-key',
  'kafka',
  'http-regexp',
  /** Not Cilium's: a regular expression too costly to check here. */
  'http-regexp-too-long',
  'http-header',
  'server-names-with-rules',
  'server-name-empty',
  'listener-on-ingress',
  'listener-with-rules',
] as const;
export type RefusalRule = (typeof REFUSAL_RULES)[number];

export interface Refusal {
  readonly path: Path;
  readonly rule: RefusalRule;
  /** The value found, shortened. */
  readonly value: string;
  /** What it must be. */
  readonly expected: string;
}

/** What every check gets: the agent's options, where to put refusals, and what may still be spent. */
export interface RefusalContext {
  readonly options: AgentOptions;
  readonly refusals: Refusal[];
  /** What is left for checking regular expressions, in characters. */
  regexpBudget: number;
}

/** One is enough to refuse; the rest are for the reader, who reads no more than this. */
const MOST_REFUSALS = 100;

export function refuse(
  context: RefusalContext,
  path: Path,
  rule: RefusalRule,
  [value, expected]: readonly [value: string, expected: string],
): void {
  if (context.refusals.length < MOST_REFUSALS) context.refusals.push({ path, rule, value, expected });
}
