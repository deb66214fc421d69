import { RE2JS } from 're2js';
import type { EngineAssumption } from '../model/decision.ts';
import type { HeaderMatch, HttpRule, L7Request, L7Rules } from '../model/l7.ts';
import type { CiliumVersion } from '../model/options.ts';
import type { Entry, PortTerm } from './entry.ts';
import { matchesName } from './name-pattern.ts';

/** What rules on contents make of a connection that layers 3 and 4 admit. */
export type L7Outcome =
  /** Some rule admits it whatever it holds, which voids all rules on contents. */
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'accepted';
      readonly entries: readonly Entry[];
      readonly assumptions: readonly EngineAssumption[];
    }
  | { readonly kind: 'refused'; readonly assumptions: readonly EngineAssumption[] }
  | { readonly kind: 'unknown'; readonly assumptions: readonly EngineAssumption[] };

/** What judging takes besides the rules and the request. */
export interface L7Context {
  readonly defaultDeny: boolean;
  readonly version: CiliumVersion;
  /** Whether a line of ports is about the port that is asked for. */
  readonly covers: (term: PortTerm) => boolean;
}

/**
 * Cilium `mergePortProto` in `pkg/policy/rule.go` and Envoy's `cilium/network_policy.cc`: any plain allow for the
 * peer and port accepts the request; otherwise some L7 rule must. From 1.18 a direction without default-deny
 * appends an L7 wildcard (PR #38841), so nothing is refused there.
 *
 * @param entries the allow rules that match peer and port; at least one
 * @param request what it holds, where it is known
 */
export function judgeL7(
  entries: readonly Entry[],
  request: L7Request | undefined,
  { defaultDeny, version, covers }: L7Context,
): L7Outcome {
  const rules = entries.map((entry) => ({ entry, l7: l7RulesFor(entry, covers) }));
  if (!defaultDeny || rules.some(({ l7 }) => l7.some((rule) => rule === undefined))) return { kind: 'plain' };
  const notEvaluated = (): L7Outcome => ({
    kind: 'unknown',
    assumptions: entries.map(({ policy: { kind, namespace, name } }) => ({
      code: 'l7-not-evaluated',
      policy: { kind, namespace, name },
    })),
  });
  if (request === undefined) return notEvaluated();
  const accepting: Entry[] = [];
  const assumptions: EngineAssumption[] = [];
  let isUnknown = false;
  for (const { entry, l7 } of rules) {
    for (const rule of l7) {
      if (rule === undefined) continue;
      const answer = acceptsRequest(rule, request, { entry, version });
      assumptions.push(...answer.assumptions);
      if (answer.accepts === 'yes') accepting.push(entry);
      else if (answer.accepts === 'unknown') isUnknown = true;
    }
  }
  if (accepting.length > 0) return { kind: 'accepted', entries: [...new Set(accepting)], assumptions };
  return isUnknown ? notEvaluated() : { kind: 'refused', assumptions };
}

/** The rules on contents that this rule has for the port; undefined stands for a part without any. */
function l7RulesFor({ ports }: Entry, covers: L7Context['covers']): readonly (L7Rules | undefined)[] {
  return ports === undefined ? [undefined] : ports.filter(covers).map(({ l7 }) => l7);
}

interface Answer {
  readonly accepts: 'yes' | 'no' | 'unknown';
  readonly assumptions: readonly EngineAssumption[];
}

const YES: Answer = { accepts: 'yes', assumptions: [] };
const NO: Answer = { accepts: 'no', assumptions: [] };
const UNKNOWN: Answer = { accepts: 'unknown', assumptions: [] };

function acceptsRequest(
  rules: L7Rules,
  request: L7Request,
  { entry, version }: { readonly entry: Entry; readonly version: CiliumVersion },
): Answer {
  switch (rules.kind) {
    case 'http':
      return request.kind === 'http' ? acceptsHttp(rules.rules, request, entry) : UNKNOWN;
    case 'dns':
      if (request.kind !== 'dns') return UNKNOWN;
      return rules.rules.some((pattern) => matchesName(pattern, request.name, version)) ? YES : NO;
    case 'sni':
      if (request.kind !== 'sni') return UNKNOWN;
      return rules.names.some((name) => matchesName({ matchPattern: name }, request.name, SNI_RULES))
        ? YES
        : NO;
    case 'other':
      return UNKNOWN;
  }
}

/** For SNI a leading `**.` meant any depth already when DNS rules did not know it (cilium#43597). */
const SNI_RULES: CiliumVersion = '1.20';

function acceptsHttp(
  rules: readonly HttpRule[],
  request: Extract<L7Request, { readonly kind: 'http' }>,
  entry: Entry,
): Answer {
  let answer: Answer = rules.length === 0 ? YES : NO;
  for (const rule of rules) {
    if (!acceptsHttpRule(rule, request)) continue;
    const hasSecret = (rule.headerMatches ?? []).some(
      ({ hasSecret, mismatch }) => hasSecret && mismatch === undefined,
    );
    if (!hasSecret) return YES;
    const { kind, namespace, name } = entry.policy;
    answer = {
      accepts: 'unknown',
      assumptions: [{ code: 'secret-unknown', policy: { kind, namespace, name } }],
    };
  }
  return answer;
}

/** All fields of one rule must hold; a field that is not written is any. */
function acceptsHttpRule(rule: HttpRule, request: Extract<L7Request, { readonly kind: 'http' }>): boolean {
  return (
    matchesWhole(rule.method, request.method) &&
    matchesWhole(rule.path, request.path) &&
    matchesWhole(rule.host, request.host) &&
    (rule.headers ?? []).every((wanted) => hasHeader(wanted, request.headers ?? [])) &&
    (rule.headerMatches ?? []).every((wanted) => matchesHeader(wanted, request.headers ?? []))
  );
}

type Headers = readonly (readonly [name: string, value: string])[];

/** `X-A` is presence; `X-A: v` and `X-A v` an exact value, split at the first space. */
function hasHeader(wanted: string, headers: Headers): boolean {
  const space = wanted.indexOf(' ');
  if (space === -1) return headers.some(([name]) => sameName(name, wanted));
  const head = wanted.slice(0, space).replace(/:$/, '');
  return headers.some(([name, value]) => sameName(name, head) && value === wanted.slice(space + 1));
}

function matchesHeader({ name, value, hasSecret, mismatch }: HeaderMatch, headers: Headers): boolean {
  if (mismatch !== undefined || hasSecret) return true;
  return headers.some((header) => sameName(header[0], name) && (value === undefined || header[1] === value));
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

const compiled = new Map<string, RE2JS | undefined>();
const COMPILED_MAX = 10_000;

/** RE2 with full match, as Envoy does. A pattern that does not compile matches nothing. */
function matchesWhole(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined || pattern === '') return true;
  if (!compiled.has(pattern)) {
    if (compiled.size >= COMPILED_MAX) compiled.clear();
    compiled.set(pattern, tryCompile(pattern));
  }
  return compiled.get(pattern)?.matches(text) ?? false;
}

function tryCompile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
