import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { alertRules, durationText } from '../../src/core/catalog/alerts/index.ts';
import { GUARD_RESOURCE, GUARD_VERB } from '../../src/core/catalog/guard/admission.ts';
import { DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import { HATCH_MANAGER } from '../../src/core/cluster/hatch.ts';
import { runCommand } from '../lib/command.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/escape-hatch.md', import.meta.url)), 'utf8');
const { hatch, guard } = DEFAULT_CATALOG;

/** The rows of the table whose head begins with a word. */
function rowsOf(head: string): readonly (readonly string[])[] {
  const [, body = ''] = new RegExp(`^\\| ${head}.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm').exec(PAGE) ?? [];
  return body
    .trim()
    .split('\n')
    .map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

describe('docs/escape-hatch.md', () => {
  it('has the defaults of the catalog', () => {
    const defaults = rowsOf('field of').map(([field, value]) => `${field} = ${value}`);
    expect(defaults).toEqual([
      `\`defaultDuration\` = ${durationText(hatch.defaultSeconds)}`,
      `\`maxDuration\` = ${durationText(hatch.maxSeconds)}`,
      `\`reasonRequired\`, \`ticketRequired\` = ${hatch.reasonRequired}, ${hatch.ticketRequired}`,
      `\`confirmOn\` = ${hatch.confirmOn.join(', ')}`,
      `\`warnAfter\`, \`criticalAfter\` = ${durationText(hatch.warnAfterSeconds)}, ${durationText(hatch.criticalAfterSeconds)}`,
      `\`reaper\` = ${hatch.reaper.enabled ? 'on' : 'off'}`,
    ]);
    expect(guard).toEqual({ enabled: false, serviceAccounts: ['flux-system/kustomize-controller'] });
    expect(PAGE).toContain("by default Flux's kustomize-controller");
  });

  it('has every alert that is rendered, in its order', () => {
    expect(rowsOf('alert').map(([alert = '']) => alert)).toEqual(
      alertRules(DEFAULT_CATALOG).map(({ alert }) => `\`${alert}\``),
    );
  });

  it('has the names that are used', () => {
    expect(PAGE).toContain(`\`${HATCH_MANAGER}\``);
    expect(PAGE).toContain(`the verb \`${GUARD_VERB}\` on \`${GUARD_RESOURCE}\``);
  });

  it('has commands that there are, with their options', async () => {
    const commands = [...PAGE.matchAll(/propolis ((?:hatch )?[a-z]+)([^\n`#]*)/g)].filter(
      ([, verb = '']) => verb !== 'hatch',
    );
    expect(commands.length).toBeGreaterThan(10);
    const helps = new Map<string, string>();
    for (const [, verb = '', rest = ''] of commands) {
      const words = [...verb.split(' '), '--help'];
      const help = helps.get(verb) ?? (await runCommand(words, { cwd: process.cwd() })).out;
      helps.set(verb, help);
      expect(help, verb).toContain(`Usage: propolis ${verb} `);
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(help, `${verb} ${option}`).toContain(option);
    }
  });
});
