import { markMarkdown } from '../render/marker.ts';
import type { Catalog } from '../types.ts';
import { escapeHatchRunbook } from './escape-hatch.ts';
import { verificationRunbook } from './verification.ts';

export interface RunbookFile {
  /** `network-policy-escape-hatch.md`: the alerts link to it. */
  readonly name: string;
  readonly text: string;
}

/** The runbooks of this installation, with its own names. Each command in them is run by a test. */
export function runbookFiles(catalog: Catalog): readonly RunbookFile[] {
  return [
    { name: 'network-policy-escape-hatch.md', text: markMarkdown(escapeHatchRunbook(catalog)) },
    { name: 'network-policy-verification.md', text: markMarkdown(verificationRunbook(catalog)) },
  ];
}
