import { describe, expect, it } from 'vitest';
import { resolvePlain } from './scalar.ts';

describe('resolvePlain() agrees with go-yaml 2', () => {
  it.each<[text: string, want: string | number | boolean | null]>([
    ['', null],
    ['~', null],
    ['null', null],
    ['Null', null],
    ['nULL', 'nULL'],
    ['true', true],
    ['TRUE', true],
    ['tRUE', 'tRUE'],
    ['yes', true],
    ['on', true],
    ['y', true],
    ['n', false],
    ['No', false],
    ['OFF', false],
    ['False', false],
    ['0', 0],
    ['-0', -0],
    ['12', 12],
    ['+12', 12],
    ['-12', -12],
    ['1_000', 1000],
    ['0755', 493],
    ['0o17', 15],
    ['08', 8],
    ['0x1F', 31],
    ['-0b101', -5],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['1.', 1],
    ['1e3', 1000],
    ['1.2.3', '1.2.3'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['1:30', '1:30'],
    ['2026-03-01', '2026-03-01'],
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z'],
    ['0x', '0x'],
    ['0xZZ', '0xZZ'],
    ['-', '-'],
    ['.', '.'],
    ['.inf', Number.POSITIVE_INFINITY],
    ['-.INF', Number.NEGATIVE_INFINITY],
    ['.NaN', Number.NaN],
    ['TCP', 'TCP'],
    ['yesterday', 'yesterday'],
  ])('%s', (text, want) => {
    expect(resolvePlain(text)).toBe(want);
  });

  it('leaves a text of many digits to be text', () => {
    expect(resolvePlain('1'.repeat(500))).toHaveLength(500);
  });
});
