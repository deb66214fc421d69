import { describe, expect, it } from 'vitest';
import { inputsFrom } from '../../../test/lib/lint.ts';
import { RULE_IDS, RULES } from './rules.ts';
import { lint } from './run.ts';

describe('every rule', () => {
  it.each(RULE_IDS)('%s finds fault with its wrong example', (id) => {
    const found = lint(inputsFrom(RULES[id].examples.wrong)).findings.filter(({ rule }) => rule === id);
    expect(found.length).toBeGreaterThan(0);
  });

  it.each(RULE_IDS)('%s has nothing to say about its right example', (id) => {
    const found = lint(inputsFrom(RULES[id].examples.right)).findings.filter(({ rule }) => rule === id);
    expect(found).toEqual([]);
  });

  it.each(RULE_IDS)('%s is called so in its own file', (id) => {
    expect(RULES[id].id).toBe(id);
  });
});
