import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The licences of the packages that a bundle took in: each asks that its text goes along. */
export interface Licences {
  readonly text: string;
  /** Packages whose licence is not known. */
  readonly problems: readonly string[];
}

/** @param moduleIds absolute paths of bundled modules */
export function collectLicences(moduleIds: readonly string[]): Licences {
  const folders = new Map<string, string[]>();
  for (const id of moduleIds) {
    const folder = packageFolder(id);
    if (folder === undefined) continue;
    const modules = folders.get(folder);
    if (modules === undefined) folders.set(folder, [id]);
    else modules.push(id);
  }
  const parts: string[] = [];
  const problems: string[] = [];
  for (const [folder, modules] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
      readonly license?: string;
    };
    const text = licenceFile(folder) ?? knownLicence(license, modules);
    if (text === undefined) problems.push(`${name} is bundled and has no licence file.`);
    else parts.push(`${name} ${version}\n\n${text.trim()}\n`);
  }
  return { text: parts.join(`\n${'-'.repeat(72)}\n\n`), problems };
}

function licenceFile(folder: string): string | undefined {
  const file = readdirSync(folder).find((entry) => /^(?:(?:un)?licen[cs]e|copying)/i.test(entry));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8');
}

/** Our own licence, whose text is the same for everybody. */
const APACHE = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'LICENSE');

/**
 * Buf's packages only name their licence. Apache's text is at hand; of what is under BSD's the text stands at the
 * head of the modules themselves.
 */
function knownLicence(license: string | undefined, modules: readonly string[]): string | undefined {
  switch (license) {
    case 'Apache-2.0':
      return `License: Apache-2.0\n\n${readFileSync(APACHE, 'utf8')}`;
    case '(Apache-2.0 AND BSD-3-Clause)': {
      const heads = new Set(modules.map(headOf).filter((head) => head.includes('Redistribution and use')));
      return [`License: ${license}\n\n${readFileSync(APACHE, 'utf8').trim()}`, ...heads].join('\n\n');
    }
    default:
      return undefined;
  }
}

/** The comment that a module begins with, as text. */
function headOf(path: string): string {
  const lines = readFileSync(path, 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, Math.max(0, end))
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}

function packageFolder(id: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id)?.[0];
}
