import { describe, expect, it } from 'vitest';
import { screen } from './screen.ts';

describe('screen()', () => {
  it.each<[text: string, kind: string, matters: boolean]>([
    ['apiVersion: v1\nkind: Namespace\n', 'Namespace', true],
    ['kind: "Namespace" # c\r\n', 'Namespace', true],
    ['---\nkind: ConfigMap\ndata:\n  x: |\n    kind: Pod\n', 'ConfigMap', false],
    ['kind: HelmRelease\n', 'HelmRelease', false],
    ['kind: CiliumNetworkPolicyList\nitems: []\n', 'CiliumNetworkPolicyList', true],
    ['kind: List\nitems:\n- kind: Pod\n', 'List', true],
    ['kind: List\nitems: []\n', 'List', true],
    ['kind: ConfigMapList\nitems:\n- kind: ConfigMap\n', 'ConfigMapList', false],
    ['{"apiVersion": "v1", "kind": "Pod"}', '', true],
    ['{kind: Service}', '', true],
    ['{"kind": "Secret"}', '', false],
    ['[{kind: Job}]', '', true],
    ['kind: &k Deployment\n', '', true],
    ['kind: *k\n', '', true],
    ['kind:\n  Namespace\n', '', true],
    ['kind: {{ .Values.kind }}\n', '', true],
    ['kind: << inputs.kind >>\n', '', true],
    ['kind: PodMonitor\n', 'PodMonitor', false],
    ['{"kind": "PodMonitor"}', '', false],
    ['image: nginx\n', '', false],
  ])('%j', (text, kind, matters) => {
    expect(screen(text)).toEqual({ kind, matters, encrypted: false });
  });

  it('knows what SOPS has encrypted', () => {
    expect(screen('kind: Secret\ndata:\n  a: ENC[AES256_GCM,data:x]\nsops:\n  version: 3\n').encrypted).toBe(
      true,
    );
    expect(screen('kind: ConfigMap\ndata:\n  doc: "how ENC[ works"\n').encrypted).toBe(false);
    expect(screen('{"kind": "Secret", "a": "ENC[x]", "sops": {}}').encrypted).toBe(true);
  });
});
