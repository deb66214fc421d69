import { describe, expect, it } from 'vitest';
import { formatCidr } from '../../model/cidr.ts';
import type { RawObject } from '../raw-object.ts';
import { readCidrGroup } from './read-cidr-group.ts';

function raw(more: Record<string, unknown>): RawObject {
  const metadata = { name: 'mills', labels: { region: 'north' } };
  return {
    value: { apiVersion: 'cilium.io/v2', kind: 'CiliumCIDRGroup', metadata, ...more },
    file: 'g.yaml',
    locate: () => ({ file: 'g.yaml', line: 1, column: 1 }),
  };
}

describe('a group of CIDRs', () => {
  it('has its name, its labels and its masked prefixes', () => {
    const { group, problems } = readCidrGroup(raw({ spec: { externalCIDRs: ['10.0.0.1/8', 'fd00::/8'] } }));
    expect(problems).toEqual([]);
    expect(group).toMatchObject({ name: 'mills', labels: { region: 'north' }, place: { file: 'g.yaml' } });
    expect(group?.cidrs.map(formatCidr)).toEqual(['10.0.0.0/8', 'fd00::/8']);
  });

  it('may be empty, and may be of the older version', () => {
    const group = readCidrGroup(raw({ apiVersion: 'cilium.io/v2alpha1', spec: { externalCIDRs: [] } })).group;
    expect(group?.cidrs).toEqual([]);
  });

  it.each([
    ['no spec', {}, 'schema', 'spec'],
    ['no list', { spec: {} }, 'schema', 'spec.externalCIDRs'],
    [
      'an address',
      { spec: { externalCIDRs: ['10.0.0.0/8', '10.0.0.1'] } },
      'schema',
      'spec.externalCIDRs[1]',
    ],
    ['a variable', { spec: { externalCIDRs: ['${NET}'] } }, 'unresolved-variable', 'spec.externalCIDRs[0]'],
    [
      'a list of another kind',
      { spec: { externalCIDRs: [{ cidr: '10.0.0.0/8' }] } },
      'schema',
      'spec.externalCIDRs[0]',
    ],
  ])('is none with %s', (_, more, code, field) => {
    expect(readCidrGroup(raw(more))).toMatchObject({ group: undefined, problems: [{ code, field }] });
  });

  it('drops a field that it does not know', () => {
    const { group, problems } = readCidrGroup(raw({ spec: { externalCIDRs: [], externalCIDR: [] } }));
    expect(group).toBeDefined();
    expect(problems).toMatchObject([{ code: 'unknown-field', expected: 'externalCIDRs' }]);
  });
});
