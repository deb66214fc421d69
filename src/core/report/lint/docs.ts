import {
  type ExampleFiles,
  type Finding,
  RULE_GROUPS,
  RULE_IDS,
  RULES,
  type RuleGroup,
  type RuleId,
} from '../../lint/index.ts';
import { fixText, whatText, whyText } from './words/index.ts';

/**
 * The page of a rule, from the rule itself and what it finds in its own example.
 *
 * @param findings those of this rule in the wrong example
 */
export function rulePage(id: RuleId, findings: readonly Finding[]): string {
  const { name, severity, group, examples } = RULES[id];
  const said = findings.flatMap((finding) => [
    `- \`${finding.place.file}:${finding.place.line}\` ${finding.severity}: ${sentence(whatText(finding))}`,
    `  Fix: ${sentence(fixText(finding))}`,
  ]);
  return [
    `# ${id}`,
    '',
    `${name}. ${SEVERITY_WORDS[severity]}, about ${GROUP_TITLES[group].toLowerCase()}.`,
    '',
    `${whyText(id)}.`,
    '',
    '## Wrong',
    '',
    ...exampleBlocks(examples.wrong),
    'Lint says:',
    '',
    ...said,
    '',
    '## Right',
    '',
    ...exampleBlocks(examples.right),
    '## Set aside',
    '',
    'Where it is meant, say why, above the entry or at the top of its document:',
    '',
    '```yaml',
    `# propolis-lint-ignore ${id} The reason, for whoever reads this next.`,
    '```',
    '',
    'This page is made from the rule by `scripts/generate-lint-docs.ts`; tests run both examples.',
    '',
  ].join('\n');
}

/** The table of all rules. */
export function ruleTable(): string {
  return RULE_GROUPS.flatMap((group) => [
    `### ${GROUP_TITLES[group]}`,
    '',
    '| rule | severity | finds |',
    '|---|---|---|',
    ...RULE_IDS.filter((id) => RULES[id].group === group).map(
      (id) => `| [${id}](${id}.md) | ${RULES[id].severity} | ${RULES[id].name} |`,
    ),
    '',
  ]).join('\n');
}

const SEVERITY_WORDS = { error: 'An error', warning: 'A warning', info: 'Worth knowing' } as const;

const GROUP_TITLES: { readonly [group in RuleGroup]: string } = {
  objects: 'Objects that do not arrive',
  model: 'The model of profiles and access labels',
  platform: 'Rules that every platform namespace needs',
  selectors: 'Peers and selectors',
  rules: 'Lists, ports and default deny',
  contents: 'Names and contents',
  'both-ends': 'Both ends of a flow',
  surroundings: 'What surrounds the policies',
};

function exampleBlocks(files: ExampleFiles): readonly string[] {
  return Object.entries(files).flatMap(([path, text]) => [
    `\`${path}\``,
    '',
    '```yaml',
    text.trimEnd(),
    '```',
    '',
  ]);
}

function sentence(text: string): string {
  return /[?.!]$/.test(text) ? text : `${text}.`;
}
