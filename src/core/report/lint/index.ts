// For those who show what lint found.
export { rulePage, ruleTable } from './docs.ts';
export { lintGithub } from './github.ts';
export { lintJson } from './json.ts';
export { lintJunit } from './junit.ts';
export { countBySeverity, docsPage, type LintReport } from './report.ts';
export { lintSarif, type SarifOptions } from './sarif.ts';
export { lintText } from './text.ts';
export { fixText, whatText, whyText } from './words/index.ts';
