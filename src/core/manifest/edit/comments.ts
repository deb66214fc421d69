import type { CST } from 'yaml';

/** Where comments begin, in order. */
export function commentsIn(tokens: readonly CST.Token[]): readonly number[] {
  const comments: number[] = [];
  for (const token of tokens) collectComments(token, comments);
  return comments.sort((a, b) => a - b);
}

/** Comments hang on the tokens around them, in many places. */
function collectComments(token: CST.Token | CST.CollectionItem, into: number[]): void {
  if ('type' in token && token.type === 'comment') into.push(token.offset);
  if ('start' in token && Array.isArray(token.start))
    for (const part of token.start) collectComments(part, into);
  if ('props' in token) for (const part of token.props) collectComments(part, into);
  if ('items' in token) for (const part of token.items) collectComments(part, into);
  if ('key' in token && token.key != null) collectComments(token.key, into);
  if ('sep' in token && token.sep !== undefined) for (const part of token.sep) collectComments(part, into);
  if ('value' in token && token.value !== undefined) collectComments(token.value, into);
  if ('end' in token && token.end !== undefined) for (const part of token.end) collectComments(part, into);
}
