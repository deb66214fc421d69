import { describe, expect, it } from 'vitest';
import { agentOptions } from '../model/options.ts';
import { requirement } from '../model/selector.ts';
import { IdentityTable } from './identity-table.ts';
import type { IdentitySelector } from './peer-selector.ts';
import { SelectorTable } from './selector-table.ts';

const options = agentOptions();

describe('identities', () => {
  it('are one for the same labels in any order', () => {
    const table = new IdentityTable(options);
    const first = table.intern(['k8s:a=1', 'k8s:b=2']);
    expect(table.intern(['k8s:b=2', 'k8s:a=1'])).toBe(first);
    expect(table.intern(['k8s:a=1'])).not.toBe(first);
    expect(table.intern([]).labels).toEqual([]);
    expect(table.size).toBe(3);
    expect(first.labels).toEqual(['k8s:a=1', 'k8s:b=2']);
  });

  it('are told apart where texts only look joined', () => {
    const table = new IdentityTable(options);
    const texts = [['k8s:a=1,k8s:b=2'], ['k8s:a=1', 'k8s:b=2'], ['k8s:a=1\nk8s:b=2']];
    expect(new Set(texts.map((labels) => table.intern(labels).index)).size).toBe(3);
  });

  it('know names of labels that objects have anyway', () => {
    const table = new IdentityTable(options);
    const { index } = table.intern(['k8s:__proto__=x', 'k8s:constructor=y']);
    expect([...table.candidates(labelled('__proto__', 'x'))]).toEqual([index]);
    expect([...table.candidates(labelled('toString', 'x'))]).toEqual([]);
  });

  it('that come after a question are found by the next', () => {
    const table = new IdentityTable(options);
    table.intern(['k8s:app=web']);
    expect([...table.candidates(labelled('app', 'web', 'api'))]).toEqual([0]);
    table.intern(['k8s:app=api']);
    table.intern(['k8s:app=web', 'k8s:x=1']);
    expect([...table.candidates(labelled('app', 'web'))]).toEqual([0, 2]);
    expect([...table.candidates(labelled('app', 'web', 'api'))]).toEqual([0, 1, 2]);
  });

  it('are matched by address only where the agent is told to', () => {
    const labels = {
      world: ['cidr:10.0.0.1/32', 'reserved:world'],
      node: ['cidr:10.0.0.1/32', 'reserved:remote-node'],
      pod: ['cidr:10.0.0.1/32', 'k8s:io.kubernetes.pod.namespace=a'],
      health: ['cidr:10.0.0.1/32', 'reserved:health'],
    };
    const addressed = (cidrMatchMode: readonly ('nodes' | 'pods')[]): readonly string[] =>
      Object.entries(labels).flatMap(([name, list]) =>
        new IdentityTable({ ...options, cidrMatchMode }).intern(list).cidrs.length > 0 ? [name] : [],
      );
    expect(addressed([])).toEqual(['world']);
    expect(addressed(['nodes'])).toEqual(['world', 'node']);
    expect(addressed(['pods'])).toEqual(['world', 'pod']);
    expect(addressed(['nodes', 'pods'])).toEqual(['world', 'node', 'pod']);
  });
});

describe('selectors', () => {
  it('are one for the same meaning', () => {
    const table = new SelectorTable(new IdentityTable(options), options);
    const [a, b] = [requirement(APP, 'In', ['x', 'y']), requirement({ source: 'any', key: 'b' }, 'Exists')];
    const same = [
      [a, b],
      [b, a],
      [b, requirement(APP, 'In', ['y', 'x'])],
    ].map((requirements) => table.intern({ kind: 'labels', selector: { requirements } }));
    expect(new Set(same).size).toBe(1);
    expect(table.intern({ kind: 'labels', selector: { requirements: [a, b] }, aggregate: true })).not.toBe(
      same[0],
    );
    expect(table.intern({ kind: 'labels', selector: { requirements: [a] } })).not.toBe(same[0]);
  });
});

const APP = { source: 'any', key: 'app' };

function labelled(key: string, ...values: readonly string[]): IdentitySelector {
  return { kind: 'labels', selector: { requirements: [requirement({ source: 'k8s', key }, 'In', values)] } };
}
