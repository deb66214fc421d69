import type { YamlDocument } from '../yaml/document.ts';
import type { FileIndex } from './index-files.ts';
import type { Notes } from './notes.ts';

/** What is wrong with a document as YAML becomes problems. */
export function noteFaults(document: YamlDocument, notes: Notes): void {
  for (const { code, place, value, expected } of document.faults) {
    notes.problem({ code, place, field: '', value, expected });
  }
}

export function noteOverLimit(index: FileIndex, notes: Notes): void {
  for (const { path, value, expected } of index.overLimit) {
    notes.problem({
      code: 'over-limit',
      place: { file: path, line: 1, column: 1 },
      field: '',
      value,
      expected,
    });
  }
}

/** Whether a text has the marks of a template of Go, Jinja or others; `<<:` is YAML's own merge key. */
export function hasTemplateMarks(text: string): boolean {
  return /\{\{|\{%|<%|<<-?[ \t]/.test(text);
}

/** Whether a document is a template that nobody has rendered: no YAML, or YAML only by accident. */
export function isTemplate(document: YamlDocument): boolean {
  return (!document.readable || document.hasCollectionKey) && hasTemplateMarks(document.text);
}
