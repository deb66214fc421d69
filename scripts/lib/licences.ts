import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of the packages that a bundle took in: each asks that its text goes along. */
export interface Licences {
  readonly text: string;
  /** Packages without a licence file. */
  readonly problems: readonly string[];
}

/** @param moduleIds absolute paths of bundled modules */
export function collectLicences(moduleIds: readonly string[]): Licences {
  const folders = new Set(moduleIds.flatMap((id) => packageFolder(id) ?? []));
  const parts: string[] = [];
  const problems: string[] = [];
  for (const folder of [...folders].sort()) {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
    };
    const file = readdirSync(folder).find((entry) => /^(?:(?:un)?licen[cs]e|copying)/i.test(entry));
    if (file === undefined) problems.push(`${name} is bundled and has no licence file.`);
    else parts.push(`${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`);
  }
  return { text: parts.join(`\n${'-'.repeat(72)}\n\n`), problems };
}

function packageFolder(id: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id)?.[0];
}
