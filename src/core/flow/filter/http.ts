import type { Flow, FlowL7 } from '../../model/flow.ts';
import type { FlowFilter } from '../../model/flow-filter.ts';
import { FilterError } from './error.ts';
import { compileRegex, matchesAnywhere } from './regex.ts';
import { pathOfRequest } from './request-path.ts';

type Http = Extract<FlowL7, { readonly kind: 'http' }>;
type Matches = (http: Http) => boolean;

/**
 * Cilium v1.19.4 `pkg/hubble/filters/http.go`.
 *
 * @throws {FilterError} for a value that Hubble refuses, and for types of events that no request has
 */
export function httpMatchers(filter: FlowFilter): readonly ((flow: Flow) => boolean)[] {
  return FIELDS.flatMap(([name, field, compile]) => {
    if ((filter[name]?.length ?? 0) === 0) return [];
    const types = filter.eventType ?? [];
    if (types.length > 0 && !types.some(({ type }) => type === L7_EVENT)) {
      const others = types.map(({ type }) => type).join(', ');
      throw new FilterError('--type', others, `l7, or left out, where ${field} is asked for`);
    }
    const matches = compile(filter);
    return [({ l7 }: Flow) => l7?.kind === 'http' && matches(l7)];
  });
}

const L7_EVENT = 129;

const FIELDS: readonly (readonly [keyof FlowFilter, string, (filter: FlowFilter) => Matches])[] = [
  ['httpStatusCode', 'http_status_code', ({ httpStatusCode = [] }) => statusMatcher(httpStatusCode)],
  [
    'httpMethod',
    'http_method',
    ({ httpMethod = [] }) => {
      const methods = new Set(httpMethod.map((method) => method.toUpperCase()));
      return ({ method }) => method !== '' && methods.has(method.toUpperCase());
    },
  ],
  [
    'httpPath',
    'http_path',
    ({ httpPath = [] }) => {
      const matches = matchesAnywhere(httpPath.map((text) => compileRegex('http_path', text)));
      return ({ url }) => {
        const path = pathOfRequest(url);
        return path !== undefined && matches(path);
      };
    },
  ],
  [
    'httpUrl',
    'http_url',
    ({ httpUrl = [] }) => {
      const matches = matchesAnywhere(httpUrl.map((text) => compileRegex('http_url', text)));
      return ({ url }) => url !== '' && matches(url);
    },
  ],
  [
    'httpHeader',
    'http_header',
    ({ httpHeader = [] }) =>
      ({ headers }) =>
        headers.some(([key, value]) => httpHeader.some((one) => one.key === key && one.value === value)),
  ],
];

/** `404`, or the beginning of a code with a plus: `5+`. */
function statusMatcher(texts: readonly string[]): Matches {
  for (const text of texts) {
    if (!/^[1-5][0-9]{2}$/.test(text) && !/^[1-5][0-9]?\+$/.test(text)) {
      throw new FilterError(
        'http_status_code',
        text,
        'a status such as 404, or a beginning such as 5+ or 40+',
      );
    }
  }
  return ({ code }) => {
    if (code === 0) return false;
    const status = String(code).padStart(3, '0');
    return texts.some((text) =>
      text.endsWith('+') ? status.startsWith(text.slice(0, -1)) : text === status,
    );
  };
}
