import { RE2JS } from 're2js';
import type { Path } from '../../model/place.ts';
import type { HttpData, KafkaData, L7Data } from './cilium-object.ts';
import { showValue } from './json.ts';
import { isKafkaKey } from './kafka.ts';
import { type RefusalContext, refuse } from './refusal.ts';
import { refuseName } from './refuse-peers.ts';

/** What Cilium calls empty: no rule of any kind, whatever `l7proto` says. Empty rules are not checked at all. */
export function isL7Empty({ http = [], dns = [], kafka = [], l7 = [] }: L7Data): boolean {
  return http.length + dns.length + kafka.length + l7.length === 0;
}

/** What is wrong with `rules` that are not empty. Cilium `pkg/policy/api/{rule_validation,http,l7}.go`. */
export function refuseL7(
  rules: L7Data,
  path: Path,
  context: RefusalContext,
  { ports, isIngress }: { readonly ports: number; readonly isIngress: boolean },
): void {
  const { http, dns, kafka, l7, l7proto = '' } = rules;
  for (const [i, rule] of (http ?? []).entries()) refuseHttp(rule, [...path, 'http', i], context);
  for (const [i, rule] of (kafka ?? []).entries()) refuseKafka(rule, [...path, 'kafka', i], context);
  for (const [i, rule] of (dns ?? []).entries()) refuseName(rule, [...path, 'dns', i], context);
  if (isIngress && (dns ?? []).length > 0) {
    refuse(context, [...path, 'dns'], 'dns-on-ingress', [showValue(dns), 'a rule of egress']);
  }
  if (dns !== undefined && ports === 0) {
    refuse(context, [...path, 'dns'], 'dns-without-port', [showValue(dns), 'a port beside it']);
  }
  if (l7 !== undefined && l7proto === '') {
    refuse(context, [...path, 'l7'], 'l7-without-protocol', [showValue(l7), 'l7proto beside it']);
  }
  for (const [i, pairs] of (l7proto === '' ? [] : (l7 ?? [])).entries()) {
    if (Object.hasOwn(pairs, '')) refuse(context, [...path, 'l7', i], 'l7-empty-key', ['', 'a key']);
  }
  // An empty list counts as a kind; only its absence does not.
  const kinds = [http !== undefined, kafka !== undefined, dns !== undefined, l7proto !== ''];
  if (kinds.filter(Boolean).length > 1) {
    refuse(context, path, 'l7-kinds', [showValue(rules), 'one kind of rules']);
  }
}

/** `host` is a regular expression too, which the agent does not compile: a bad one is found by the proxy. */
function refuseHttp(rule: HttpData, path: Path, context: RefusalContext): void {
  refuseRegexp(rule.path ?? '', [...path, 'path'], context);
  refuseRegexp(rule.method ?? '', [...path, 'method'], context);
  for (const [i, { name = '', mismatch = '', secret }] of (rule.headerMatches ?? []).entries()) {
    const at = [...path, 'headerMatches', i];
    if (name === '') refuse(context, [...at, 'name'], 'http-header', ['', "a header's name"]);
    if (!['', 'LOG', 'ADD', 'DELETE', 'REPLACE'].includes(mismatch)) {
      const expected = 'LOG, ADD, DELETE, REPLACE';
      refuse(context, [...at, 'mismatch'], 'http-header', [showValue(mismatch), expected]);
    }
    if (secret !== undefined && (secret.name ?? '') === '') {
      refuse(context, [...at, 'secret', 'name'], 'http-header', ['', "a secret's name"]);
    }
  }
}

function refuseRegexp(text: string, path: Path, context: RefusalContext): void {
  if (text === '') return;
  context.regexpBudget -= regexpCost(text);
  if (context.regexpBudget < 0) {
    const expected = 'shorter regular expressions: these are too many to check';
    refuse(context, path, 'http-regexp-too-long', [showValue(text), expected]);
  } else if (!compiles(text)) {
    refuse(context, path, 'http-regexp', [showValue(text), 'a regular expression in RE2 syntax']);
  }
}

/** Compiling is linear in the text once counted repeats are written out. */
function regexpCost(text: string): number {
  let cost = text.length;
  for (const [, least = '', most = ''] of text.matchAll(/\{([0-9]{1,4})(?:,([0-9]{0,4}))?\}/g)) {
    cost += 20 * Math.max(Number(least), Number(most));
  }
  return cost;
}

function compiles(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
}

/** Until 1.19. Cilium `proxy/pkg/policy/api/kafka/kafka.go`. */
function refuseKafka(rule: KafkaData, path: Path, context: RefusalContext): void {
  const { role = '', apiKey = '', apiVersion = '', topic = '' } = rule;
  const bad = (name: string, value: string, expected: string): void => {
    refuse(context, [...path, name], 'kafka', [showValue(value), expected]);
  };
  if (role !== '' && apiKey !== '') bad('apiKey', apiKey, 'either role or apiKey');
  if (apiKey !== '' && !isKafkaKey(apiKey)) bad('apiKey', apiKey, "a Kafka request's name");
  if (role !== '' && !['produce', 'consume'].includes(role.toLowerCase()))
    bad('role', role, 'produce, consume');
  if (apiVersion !== '' && !(/^\+?[0-9]{1,8}$/.test(apiVersion) && Number(apiVersion) <= 32_767)) {
    bad('apiVersion', apiVersion, 'a number from 0 to 32767');
  }
  if (topic !== '' && (topic.length > 255 || !/^[a-zA-Z0-9._\\-]+$/.test(topic))) {
    bad('topic', topic, 'at most 255 letters, digits, - _ and dots');
  }
}
