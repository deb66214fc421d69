import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLabel, hasReserved, kubernetesLabel, parseLabel } from './label.ts';

describe('labels', () => {
  it.each([
    ['k8s:app=web', { source: 'k8s', key: 'app', value: 'web' }],
    ['reserved:host', { source: 'reserved', key: 'host', value: '' }],
    ['cidr:10.0.0.0/8', { source: 'cidr', key: '10.0.0.0/8', value: '' }],
    ['cidr:fd00::/8', { source: 'cidr', key: 'fd00::/8', value: '' }],
    ['fqdn:*.example.com', { source: 'fqdn', key: '*.example.com', value: '' }],
    ['k8s:a.b/c=d:e=f', { source: 'k8s', key: 'a.b/c', value: 'd:e=f' }],
    ['k8s:empty=', { source: 'k8s', key: 'empty', value: '' }],
    ['app=web', { source: 'unspec', key: 'app', value: 'web' }],
    ['app=a:b', { source: 'unspec', key: 'app', value: 'a:b' }],
    ['', { source: 'unspec', key: '', value: '' }],
    ['k8s:__proto__=x', { source: 'k8s', key: '__proto__', value: 'x' }],
  ])('%j', (text, expected) => {
    expect(parseLabel(text)).toEqual(expected);
  });

  it('what is written is read as the same label', () => {
    const word = fc.stringMatching(/^[a-z0-9./_-]{1,12}$/);
    fc.assert(
      fc.property(word, word, fc.string({ maxLength: 12 }), (source, key, value) => {
        expect(parseLabel(formatLabel({ source, key, value }))).toEqual({ source, key, value });
      }),
    );
  });

  it('what is read is written as the same text, but for an equals sign that says nothing', () => {
    const label = fc.stringMatching(/^[a-z]{1,5}:[a-z./-]{0,8}(?:=[a-z]{0,5})?$/);
    fc.assert(
      fc.property(label, (text) => {
        expect(formatLabel(parseLabel(text))).toBe(text.endsWith('=') ? text.slice(0, -1) : text);
      }),
    );
  });

  it('finds the value of a Kubernetes label', () => {
    const labels = ['cidr:app/32', 'k8s:app2=no', 'k8s:app=web', 'k8s:bare', 'reserved:tier'];
    expect(kubernetesLabel(labels, 'app')).toBe('web');
    expect(kubernetesLabel(labels, 'bare')).toBe('');
    expect(kubernetesLabel(labels, 'tier')).toBeUndefined();
    expect(kubernetesLabel(labels, 'ap')).toBeUndefined();
  });

  it('knows reserved labels from others of the same key', () => {
    expect(hasReserved(['k8s:host', 'reserved:world'], 'host')).toBe(false);
    expect(hasReserved(['reserved:host'], 'host')).toBe(true);
  });
});
