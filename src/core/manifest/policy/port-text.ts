/** How the agent reads the text of a port. Cilium `pkg/iana/svcname.go`, `pkg/policy/api/rule_validation.go`. */
export type PortText =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'number'; readonly port: number };

/**
 * A valid IANA service name is a name, in lower case; so `0x10` is one. Anything else must be a number as Go writes
 * them, which includes octal `010` and `1_000`. Undefined where the agent refuses it.
 */
export function readPortText(text: string): PortText | undefined {
  if (isServiceName(text)) return { kind: 'named', name: text.toLowerCase() };
  const port = parseGoUint(text);
  return port === undefined || port > 65_535 ? undefined : { kind: 'number', port };
}

/** RFC 6335, section 5.1: up to 15 letters, digits and single inner dashes, with at least one letter. */
export function isServiceName(text: string): boolean {
  return text.length <= 15 && /^[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*$/.test(text) && /[a-zA-Z]/.test(text);
}

const FORMS: readonly (readonly [form: RegExp, radix: number, prefix: number])[] = [
  [/^[1-9](?:_?[0-9])*$/, 10, 0],
  [/^0(?:_?[0-7])*$/, 8, 0],
  [/^0[xX](?:_?[0-9a-fA-F])+$/, 16, 2],
  [/^0[oO](?:_?[0-7])+$/, 8, 2],
  [/^0[bB](?:_?[01])+$/, 2, 2],
];

/** Go's `strconv.ParseUint(text, 0, …)`; what is too big for a double is too big for a port. */
function parseGoUint(text: string): number | undefined {
  for (const [form, radix, prefix] of FORMS) {
    if (form.test(text)) return Number.parseInt(text.slice(prefix).replaceAll('_', ''), radix);
  }
  return undefined;
}
