import { describe, expect, it } from 'vitest';
import { cnp, namespace } from '../../../test/diagnose/tools.ts';
import { clusterOf } from '../../../test/lib/cluster-of.ts';
import { readDeclared } from '../manifest/read.ts';
import { agentOptions } from '../model/options.ts';
import { sharesPolicies } from './git-side.ts';

const OPTIONS = { agent: agentOptions() };

const SPEC = '  endpointSelector: {}\n  egress: [{toEntities: [host]}]';

function files(text: string): readonly { readonly path: string; readonly text: string }[] {
  return [{ path: 'a.yaml', text }];
}

describe('the repository of a cluster', () => {
  const state = clusterOf(files(namespace('shop') + cnp('shop/own', SPEC)), OPTIONS);

  it('shares a policy with it, whatever that says by now', () => {
    const changed = cnp('shop/own', '  endpointSelector: {}\n  ingress: [{fromEntities: [host]}]');
    expect(sharesPolicies(state, readDeclared(files(changed + cnp('shop/new', SPEC)), OPTIONS))).toBe(true);
  });

  it('is another one where all names are others', () => {
    const other = namespace('shop') + cnp('shop/other', SPEC) + cnp('mail/own', SPEC);
    expect(sharesPolicies(state, readDeclared(files(other), OPTIONS))).toBe(false);
    expect(sharesPolicies(state, readDeclared([], OPTIONS))).toBe(false);
  });
});
