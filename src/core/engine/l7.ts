import { RE2JS } from 're2js';
import type { EngineAssumption } from '../model/decision.ts';
import type { HeaderMatch, HttpRule, L7Request, L7Rules } from '../model/l7.ts';
import type { CiliumVersion } from '../model/options.ts';
import { type Entry, type PortTerm, refOf } from './entry.ts';
import { matchesName } from './name-pattern.ts';

/** What rules on contents make of a connection that layers 3 and 4 admit. */
export type L7Outcome =
  /** Some rule admits it whatever it holds, which voids all rules on contents. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'accepted'; readonly entries: readonly Entry[] }
  | { readonly kind: 'refused' }
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
  const accepting: Entry[] = [];
  const assumptions: EngineAssumption[] = [];
  for (const { entry, l7 } of rules) {
    for (const rule of l7) {
      const answer = rule === undefined ? 'yes' : acceptsRequest(rule, request, version);
      if (answer === 'yes') accepting.push(entry);
      else if (answer !== 'no') assumptions.push({ code: answer, policy: refOf(entry.policy) });
    }
  }
  if (accepting.length > 0) return { kind: 'accepted', entries: [...new Set(accepting)] };
  return assumptions.length > 0 ? { kind: 'unknown', assumptions } : { kind: 'refused' };
}

/** The rules on contents that this rule has for the port; undefined stands for a part without any. */
function l7RulesFor({ ports }: Entry, covers: L7Context['covers']): readonly (L7Rules | undefined)[] {
  return ports === undefined ? [undefined] : ports.filter(covers).map(({ l7 }) => l7);
}

/** Whether a rule accepts a request, or what must be taken for granted. */
type Answer = 'yes' | 'no' | 'l7-not-evaluated' | 'secret-unknown';

function acceptsRequest(rules: L7Rules, request: L7Request | undefined, version: CiliumVersion): Answer {
  if (request === undefined) return 'l7-not-evaluated';
  switch (rules.kind) {
    case 'http':
      return request.kind === 'http' ? acceptsHttp(rules.rules, request) : 'l7-not-evaluated';
    case 'dns':
      if (request.kind !== 'dns') return 'l7-not-evaluated';
      return rules.rules.some((pattern) => matchesName(pattern, request.name, version)) ? 'yes' : 'no';
    case 'sni':
      if (request.kind !== 'sni') return 'l7-not-evaluated';
      return rules.names.some((name) => matchesName({ matchPattern: name }, request.name, SNI_RULES))
        ? 'yes'
        : 'no';
    case 'other':
      return 'l7-not-evaluated';
  }
}

/** For SNI a leading `**.` meant any depth already when DNS rules did not know it (cilium#43597). */
const SNI_RULES: CiliumVersion = '1.20';

function acceptsHttp(
  rules: readonly HttpRule[],
  request: Extract<L7Request, { readonly kind: 'http' }>,
): Answer {
  if (rules.length === 0) return 'yes';
  const matching = rules.filter((rule) => acceptsHttpRule(rule, request));
  if (matching.length === 0) return 'no';
  return matching.every(hasSecret) ? 'secret-unknown' : 'yes';
}

/** Whether a header must equal what a Secret holds. */
function hasSecret({ headerMatches = [] }: HttpRule): boolean {
  return headerMatches.some((match) => match.hasSecret && match.mismatch === undefined);
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
