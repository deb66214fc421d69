import { describe, expect, it } from 'vitest';
import { inputsFrom } from '../../../test/lib/lint.ts';
import { compile, difference } from '../engine/index.ts';
import { readRepository } from '../manifest/read.ts';
import { worldOf } from '../manifest/world.ts';
import { agentOptions } from '../model/options.ts';
import { fixedFiles } from './fixes.ts';
import { lint } from './run.ts';

const AGENT = agentOptions();

function fixed(text: string): string {
  const inputs = inputsFrom({ 'a.yaml': text });
  const [file] = fixedFiles(lint(inputs).findings, inputs.files);
  return file?.text ?? text;
}

function policy(body: string): string {
  return `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
${body}`;
}

const INGRESS = '  ingress:\n    - fromEntities:\n        - ingress\n';

describe('a fix', () => {
  it.each([
    ['deletes a list that does nothing', `${INGRESS}  egress: []\n`, INGRESS],
    [
      'keeps the comment about it',
      `${INGRESS}  # Out: nothing.\n  egress: []\n`,
      `${INGRESS}  # Out: nothing.\n`,
    ],
    ['works before other fields', `  egress: []\n${INGRESS}`, INGRESS],
    [
      'deletes a default deny that has no rules',
      `  enableDefaultDeny:\n    egress: true\n    ingress: true\n${INGRESS}`,
      `  enableDefaultDeny:\n    ingress: true\n${INGRESS}`,
    ],
    ['deletes both lists that do nothing', `  egress: []\n${INGRESS}  ingressDeny: []\n`, INGRESS],
  ])('%s', (_, before, after) => {
    expect(fixed(policy(before))).toBe(policy(after));
  });

  it('leaves one of two that touch for another run', () => {
    const before = policy(`${INGRESS}  egress: []\n  egressDeny: []\n`);
    const once = fixed(before);
    expect([policy(`${INGRESS}  egressDeny: []\n`), policy(`${INGRESS}  egress: []\n`)]).toContain(once);
    expect(fixed(once)).toBe(policy(INGRESS));
  });

  it.each([
    ['the only list, without which the agent refuses the object', '  egress: []\n'],
    ['what would leave an empty map', `  enableDefaultDeny:\n    egress: true\n${INGRESS}`],
  ])('is not made to %s', (_, body) => {
    expect(fixed(policy(body))).toBe(policy(body));
  });

  it('keeps CRLF and a missing end of line', () => {
    const before = policy(`${INGRESS}  egress: []`).replaceAll('\n', '\r\n');
    expect(fixed(before)).toBe(policy(INGRESS).replaceAll('\n', '\r\n').trimEnd());
  });

  it.each([
    `${INGRESS}  egress: []\n`,
    `  enableDefaultDeny:\n    egress: true\n    ingress: true\n${INGRESS}`,
  ])('changes no verdict: %j', (body) => {
    const worlds = [policy(body), fixed(policy(body))].map((text) =>
      compile(worldOf(readRepository([{ path: 'a.yaml', text }], { agent: AGENT }), AGENT)),
    );
    const [before, after] = worlds;
    if (before === undefined || after === undefined) throw new Error('two worlds');
    expect(difference(before, after)).toEqual(difference(before, before));
  });
});
