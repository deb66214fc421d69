/** Rules on contents, as written. Regular expressions are RE2 and must match the whole value (Envoy). */
export interface HttpRule {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  /** `X-A` for presence, `X-A: v` or `X-A v` for an exact value. */
  readonly headers?: readonly string[];
  readonly headerMatches?: readonly HeaderMatch[];
}

export interface HeaderMatch {
  readonly name: string;
  readonly value?: string;
  /** Whether the value comes from a Secret, which is not known here. */
  readonly hasSecret: boolean;
  /** Without one, a mismatch fails the rule. */
  readonly mismatch?: 'LOG' | 'ADD' | 'DELETE' | 'REPLACE';
}

/** A name or a pattern, for `rules.dns` and `toFQDNs`. Neither: matches only the root name. */
export interface NamePattern {
  readonly matchName?: string;
  readonly matchPattern?: string;
}

export type L7Rules =
  | { readonly kind: 'http'; readonly rules: readonly HttpRule[] }
  | { readonly kind: 'dns'; readonly rules: readonly NamePattern[] }
  | { readonly kind: 'sni'; readonly names: readonly string[] }
  /** Kafka and proxylib (until 1.19), custom listeners: seen, not judged. */
  | { readonly kind: 'other'; readonly what: string };

/** What a request holds, where it is known. */
export type L7Request =
  | {
      readonly kind: 'http';
      readonly method: string;
      /** With the query string, as `:path` has it. */
      readonly path: string;
      readonly host: string;
      readonly headers?: readonly (readonly [name: string, value: string])[];
    }
  | { readonly kind: 'dns'; readonly name: string }
  | { readonly kind: 'sni'; readonly name: string };
