/** A document of a stream, as a range of its text. */
export interface DocumentRange {
  /** Which document of the stream, from 0: the numbers that a YAML parser gives. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a YAML stream into its documents without parsing it, so that only those of interest need be parsed.
 *
 * `---` and `...` in the first column, with white space or the end after them, are markers wherever they stand:
 * no scalar of any style can hold them (YAML 1.2.2, 9.1.2, "document markers"). Comments and directives
 * before the first marker make no document.
 */
export function splitDocuments(text: string): readonly DocumentRange[] {
  const documents: DocumentRange[] = [];
  let start = 0;
  const close = (end: number): void => {
    // A marker that begins a document counts as contents.
    if (hasContent(text, start, end)) documents.push({ index: documents.length, start, end });
  };
  for (let at = nextMarker(text, 0); at !== -1; at = nextMarker(text, at + 3)) {
    close(at);
    start = text.charCodeAt(at) === 0x2d ? at : at + 3;
  }
  close(text.length);
  return documents;
}

/** The offset of the first line of a document that is no marker, comment or blank; its start where there is none. */
export function contentStart(text: string, { start, end }: DocumentRange): number {
  let line = start;
  while (line < end) {
    const next = text.indexOf('\n', line);
    const stop = next === -1 || next > end ? end : next;
    const isMarker = text.startsWith('---', line) && text.slice(line, stop).trim() === '---';
    if (!isMarker && hasContent(text, line, stop)) return line;
    line = stop + 1;
  }
  return start;
}

/** The offset of the next marker on a line that begins after `from`, or at it where `from` is 0; -1 for none. */
function nextMarker(text: string, from: number): number {
  let line = from === 0 ? (text.startsWith('\uFEFF') ? 1 : 0) : nextLine(text, from);
  while (line !== -1) {
    const code = text.charCodeAt(line);
    const mayMark = code === 0x2d || code === 0x2e;
    if (
      mayMark &&
      (text.startsWith('---', line) || text.startsWith('...', line)) &&
      endsWord(text, line + 3)
    ) {
      return line;
    }
    line = nextLine(text, line);
  }
  return -1;
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? -1 : end + 1;
}

function endsWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return at >= text.length || code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/** Whether any line is more than blank, a comment or a directive. */
function hasContent(text: string, start: number, end: number): boolean {
  let line = start;
  while (line < end) {
    const next = text.indexOf('\n', line);
    const stop = next === -1 || next > end ? end : next;
    let at = line;
    while (at < stop && isBlank(text.charCodeAt(at))) at += 1;
    const code = text.charCodeAt(at);
    const isDirective = code === 0x25 && at === line;
    if (at < stop && code !== 0x23 && !isDirective) return true;
    line = stop + 1;
  }
  return false;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0xfeff;
}
