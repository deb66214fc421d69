import type { AdmissionFinding } from './admit.ts';
import { field, textField } from './json.ts';
import { DNS_LABEL, DNS_SUBDOMAIN, type TextRule } from './text-rule.ts';

/**
 * What an API server says about the head of an object. Names with a variable in them are left alone: the name
 * changes no verdict.
 */
export function metadataFindings(
  value: unknown,
  apiVersions: readonly string[],
): readonly AdmissionFinding[] {
  const findings: AdmissionFinding[] = [];
  const find = (path: AdmissionFinding['path'], found: unknown, expected: string): void => {
    findings.push({ code: 'schema', path, value: found, expected: () => expected });
  };
  const apiVersion = field(value, 'apiVersion');
  if (typeof apiVersion !== 'string' || !apiVersions.includes(apiVersion)) {
    find(['apiVersion'], apiVersion, apiVersions.join(', '));
  }
  const metadata = field(value, 'metadata');
  const name = textField(metadata, 'name');
  const namespace = textField(metadata, 'namespace');
  if (name === '') find(['metadata', 'name'], field(metadata, 'name'), 'a name');
  else if (!isRight(name, DNS_SUBDOMAIN)) find(['metadata', 'name'], name, DNS_SUBDOMAIN.expected);
  if (namespace !== '' && !isRight(namespace, DNS_LABEL)) {
    find(['metadata', 'namespace'], namespace, DNS_LABEL.expected);
  }
  return findings;
}

function isRight(text: string, rule: TextRule): boolean {
  return text.includes('${') || rule.test(text);
}
