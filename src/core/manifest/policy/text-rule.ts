import { parseCidr } from '../../model/cidr.ts';

/** What a string in an object must be. Tests are linear in the length of the text. */
export interface TextRule {
  /** What it must be, in a few words. */
  readonly expected: string;
  readonly test: (text: string) => boolean;
  /** Where only these words are right: to find the nearest. */
  readonly choices?: readonly string[];
}

export function oneOf(...choices: readonly string[]): TextRule {
  return { expected: choices.join(', '), test: (text) => choices.includes(text), choices };
}

export const NOT_EMPTY: TextRule = { expected: 'a name', test: (text) => text !== '' };

/** `format: cidr`, which Go's older parser checks: leading zeros pass here, and the agent refuses them later. */
export const CIDR_FORMAT: TextRule = {
  expected: 'a CIDR such as 10.0.0.0/8',
  test: (text) => text.length <= 64 && parseCidr(text.replace(/(^|[./])0+(?=[0-9])/g, '$1')) !== undefined,
};

/** The value of a label, as Kubernetes has it. */
export const LABEL_VALUE: TextRule = {
  expected: 'at most 63 letters, digits, - _ or ., with a letter or digit at both ends',
  test: (text) => text.length <= 63 && /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(text),
};

export const DNS_SUBDOMAIN: TextRule = {
  expected: 'a lower-case DNS name of at most 253 characters',
  test: (text) => text.length <= 253 && text.split('.').every(isDnsLabel),
};

export const DNS_LABEL: TextRule = {
  expected: 'a lower-case DNS label of at most 63 characters',
  test: (text) => text.length <= 63 && isDnsLabel(text),
};

function isDnsLabel(text: string): boolean {
  return /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text);
}

export const FQDN_NAME: TextRule = {
  expected: 'a DNS name: letters, digits, - _ and single dots',
  test: (text) => text.length <= 255 && /^[-a-zA-Z0-9_]+(?:\.[-a-zA-Z0-9_]+)*\.?$/.test(text),
};

export const FQDN_PATTERN: TextRule = {
  expected: 'a DNS pattern: letters, digits, - _ * and single dots',
  test: (text) => text.length <= 255 && /^[-a-zA-Z0-9_*]+(?:\.[-a-zA-Z0-9_*]+)*\.?$/.test(text),
};

/** Up to 1.19 a server name takes a wildcard only as its first label; from 1.20 it is a DNS pattern. */
export const SERVER_NAME_PREFIX_WILDCARD: TextRule = {
  expected: 'a DNS name, or one after *. or **.',
  test: (text) => text.length <= 255 && FQDN_NAME.test(text.replace(/^\*{1,2}\./, '')),
};

/**
 * The CRD's pattern for a port is not anchored: it takes whatever begins with a digit, and whatever ends as a
 * service name does. What the agent makes of that is stricter.
 */
export const PORT_FORMAT: TextRule = {
  expected: 'a port number or a port name',
  test: (text) => /^[0-9]/.test(text) || /[a-zA-Z](?:-?[a-zA-Z0-9])*$/.test(text.slice(-64)),
};

export const LOG_VALUE: TextRule = {
  expected: 'at most 32 printable characters',
  test: (text) => text.length <= 64 && /^\P{C}{0,32}$/u.test(text),
};

export const AT_MOST_255: TextRule = {
  expected: 'at most 255 characters',
  test: (text) => text.length <= 255,
};
