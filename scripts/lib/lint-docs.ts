import { lint, RULE_IDS, RULES } from '../../src/core/lint/index.ts';
import { rulePage, ruleTable } from '../../src/core/report/lint/index.ts';
import { inputsFrom } from '../../test/lib/lint.ts';

/** Where the table of rules stands in docs/lint/README.md. */
const BEGIN = '<!-- rules: made by scripts/generate-lint-docs.ts -->';
const END = '<!-- /rules -->';

/** The pages of docs/lint by file name, each made from its rule and what that finds in its wrong example. */
export function lintPages(): ReadonlyMap<string, string> {
  return new Map(
    RULE_IDS.map((id) => {
      const { findings } = lint(inputsFrom(RULES[id].examples.wrong), { only: [id] });
      return [`${id}.md`, rulePage(id, findings)];
    }),
  );
}

/** docs/lint/README.md with its table made anew. */
export function withTable(readme: string): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the README has no ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n\n${ruleTable()}\n${END}${after}`;
}
