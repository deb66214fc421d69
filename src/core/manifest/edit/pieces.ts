import type { TextEdit } from './types.ts';

/** An edited text as a row of pieces: stretches of the original and new text between them. */
export type Piece =
  | { readonly kind: 'kept'; readonly start: number; readonly end: number }
  | { readonly kind: 'new'; readonly text: string };

export function piecesOf(text: string): readonly Piece[] {
  return [{ kind: 'kept', start: 0, end: text.length }];
}

/** The pieces after edits whose offsets count in the text that the pieces make. Edits are in order. */
export function editPieces(pieces: readonly Piece[], edits: readonly TextEdit[]): readonly Piece[] {
  const out: Piece[] = [];
  let at = 0;
  let rest = pieces;
  for (const edit of edits) {
    const [kept, behind] = splitPieces(rest, edit.start - at);
    const [, after] = splitPieces(behind, edit.end - edit.start);
    out.push(...kept, { kind: 'new', text: edit.text });
    rest = after;
    at = edit.end;
  }
  return [...out, ...rest];
}

/** The edits that make the pieces' text out of the original. */
export function editsOf(pieces: readonly Piece[], original: string): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  let text = '';
  const close = (start: number): void => {
    if (start > at || text !== '') edits.push({ start: at, end: start, text });
    text = '';
  };
  for (const piece of pieces) {
    if (piece.kind === 'new') {
      text += piece.text;
    } else if (piece.end > piece.start) {
      close(piece.start);
      at = piece.end;
    }
  }
  close(original.length);
  return edits;
}

function splitPieces(
  pieces: readonly Piece[],
  length: number,
): readonly [readonly Piece[], readonly Piece[]] {
  const head: Piece[] = [];
  let left = length;
  for (const [index, piece] of pieces.entries()) {
    const size = piece.kind === 'kept' ? piece.end - piece.start : piece.text.length;
    if (size <= left) {
      head.push(piece);
      left -= size;
      continue;
    }
    const [first, second] = splitPiece(piece, left);
    return [
      [...head, first],
      [second, ...pieces.slice(index + 1)],
    ];
  }
  return [head, []];
}

function splitPiece(piece: Piece, length: number): readonly [Piece, Piece] {
  if (piece.kind === 'new') {
    return [
      { kind: 'new', text: piece.text.slice(0, length) },
      { kind: 'new', text: piece.text.slice(length) },
    ];
  }
  const middle = piece.start + length;
  return [
    { kind: 'kept', start: piece.start, end: middle },
    { kind: 'kept', start: middle, end: piece.end },
  ];
}
