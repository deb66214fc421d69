import { Lexer } from 'yaml';

/** Far above what any Kubernetes object needs. */
export const MAX_DEPTH = 100;

/**
 * Whether a document nests deeper than {@link MAX_DEPTH}, or may do so.
 *
 * Asked before parsing: the YAML composer recurses, and at some tens of thousands of levels the JavaScript
 * engine does not throw but ends the process. Block depth is judged by indentation, which can only overstate it.
 */
export function nestsTooDeep(text: string): boolean {
  return blockDepth(text) > MAX_DEPTH || flowDepthExceeds(text, MAX_DEPTH);
}

/** An upper bound of the depth of block collections. */
function blockDepth(text: string): number {
  const indents: number[] = [];
  let deepest = 0;
  for (let line = 0; line < text.length; ) {
    const next = text.indexOf('\n', line);
    const end = next === -1 ? text.length : next;
    let at = line;
    let indicators = 0;
    while (at < end && isIndentOrIndicator(text.charCodeAt(at))) {
      if (text.charCodeAt(at) !== 0x20) indicators += 1;
      at += 1;
    }
    if (at < end) {
      while ((indents.at(-1) ?? -1) >= at - line) indents.pop();
      indents.push(at - line);
      // A compact line such as `- - - x` opens a level for each indicator.
      deepest = Math.max(deepest, indents.length + indicators);
    }
    line = end + 1;
  }
  return deepest;
}

/** A space, a tab, `-` or `?`. */
function isIndentOrIndicator(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x2d || code === 0x3f;
}

function flowDepthExceeds(text: string, limit: number): boolean {
  let brackets = 0;
  for (let at = 0; at < text.length && brackets <= limit; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) brackets += 1;
  }
  if (brackets <= limit) return false;
  // Only the lexer knows which of them are text; it goes on no further than it is asked to.
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}
