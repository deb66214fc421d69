/** Markdown of the rendered pages: what the catalog says in it cannot end a cell, a row or a word of code. */
export function code(text: string): string {
  return text.includes('`') ? text : `\`${text}\``;
}

export function fenced(language: 'sh' | 'yaml', lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, '```'].join('\n');
}

export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|');
}
