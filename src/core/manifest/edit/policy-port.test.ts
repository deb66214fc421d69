import { describe, expect, it } from 'vitest';
import { applyEdits } from './apply-edits.ts';
import { editPolicyPort } from './policy-port.ts';

const PATH = ['spec', 'egress', 0, 'toPorts', 0, 'ports', 0, 'port'] as const;

describe('editPolicyPort', () => {
  it.each([
    { name: 'double quotes', before: 'port: "80"', after: 'port: "3003"' },
    { name: 'single quotes', before: "port: '80'", after: "port: '3003'" },
    { name: 'a plain number becomes text', before: 'port: 80', after: 'port: "3003"' },
    { name: 'a comment after it stays', before: 'port: "80" # web', after: 'port: "3003" # web' },
  ])('keeps everything else: $name', ({ before, after }) => {
    expect(edited(policy(before))).toBe(policy(after));
  });

  it('refuses a port that an anchor shares with another place', () => {
    const text = policy('port: &p "80"').replace('protocol: TCP', 'protocol: TCP\n            - port: *p');
    expect(editPolicyPort({ path: 'a.yaml', text }, { document: 0, path: PATH }, 3003)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'shared-anchor' },
    });
  });

  it('refuses a path that is not there', () => {
    const target = { document: 0, path: ['spec', 'ingress', 0] };
    expect(editPolicyPort({ path: 'a.yaml', text: policy('port: "80"') }, target, 1).kind).toBe('refused');
  });
});

function policy(port: string): string {
  return `kind: CiliumNetworkPolicy
spec:
  egress:
    - toEndpoints: [{}]
      toPorts:
        - ports:
            - ${port}
              protocol: TCP
`;
}

function edited(text: string): string {
  const result = editPolicyPort({ path: 'a.yaml', text }, { document: 0, path: PATH }, 3003);
  if (result.kind !== 'edit') throw new Error(JSON.stringify(result));
  return applyEdits(text, result.edits);
}
