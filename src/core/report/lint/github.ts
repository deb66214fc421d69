import { type Finding, RULES, SEVERITIES, type Severity } from '../../lint/index.ts';
import { printable } from '../printable.ts';
import { plural } from '../units.ts';
import { docsPage, type LintReport } from './report.ts';
import { fixText, whatText } from './words/index.ts';

/** GitHub shows that many annotations of each level for a step. */
const MOST_EACH = 10;

const LEVELS: { readonly [severity in Severity]: string } = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
};

/**
 * Findings as workflow commands, which GitHub shows beside the lines. It shows ten of each level; of more, the last
 * one says how many there are.
 *
 * @param base what to put before paths, with a `/` at its end
 */
export function lintGithub({ findings }: LintReport, base = ''): string {
  const lines = SEVERITIES.flatMap((severity) => {
    const found = findings.filter((finding) => finding.severity === severity);
    const shown = found.length > MOST_EACH ? found.slice(0, MOST_EACH - 1) : found;
    const commands = shown.map((finding) => command(finding, base));
    const rest = found.length - shown.length;
    if (rest > 0) {
      commands.push(
        `::${LEVELS[severity]} title=propolis lint::${escapeData(`${plural(rest, `more ${severity}`)}: see the log, or the SARIF report`)}`,
      );
    }
    return commands;
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function command(finding: Finding, base: string): string {
  const { rule, severity, place } = finding;
  const properties = [
    // A path that a terminal would obey links to nothing anyway.
    ['file', printable(base + place.file)],
    ['line', String(place.line)],
    ['col', String(place.column)],
    ['title', `${rule}: ${RULES[rule].name}`],
  ].map(([name, value = '']) => `${name}=${escapeProperty(value)}`);
  const message = `${whatText(finding)}.\nFix: ${fixText(finding)}.\n${docsPage(rule)}`;
  return `::${LEVELS[severity]} ${properties.join(',')}::${escapeData(message)}`;
}

/** As `@actions/core` does it (`packages/core/src/command.ts`). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
