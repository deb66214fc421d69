import type { Expression } from '../../template/expression.ts';
import type { TemplateNode } from '../../template/parse.ts';
import { type InputPath, inputPathOf, type Variables } from './input-paths.ts';

/** An `if` around a piece of the template, and which of its sides the piece is on. */
export interface Condition {
  readonly expression: Expression;
  readonly holds: boolean;
  readonly variables: Variables;
}

/** A line of the template that writes a label, or an annotation of the same name. */
export interface LabelWriter {
  /** From the outside in. */
  readonly conditions: readonly Condition[];
  readonly value:
    | { readonly kind: 'literal'; readonly text: string }
    | { readonly kind: 'input'; readonly path: InputPath };
}

/** The lines of a template that write `KEY: value`, with a literal value or that of an input. */
export function labelWriters(nodes: readonly TemplateNode[], key: string): readonly LabelWriter[] {
  const pieces = flatten(nodes, [], new Map());
  return pieces.flatMap((piece, index) =>
    piece.kind === 'text' ? writersIn(piece, pieces[index + 1], key) : [],
  );
}

type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly conditions: readonly Condition[] }
  | {
      readonly kind: 'print';
      readonly path: InputPath | undefined;
      readonly conditions: readonly Condition[];
    };

/** The template as a row of texts and printed values. What repeats (`range`) is left out. */
function flatten(
  nodes: readonly TemplateNode[],
  conditions: readonly Condition[],
  outer: Variables,
): readonly Piece[] {
  const variables = new Map(outer);
  return nodes.flatMap((node): readonly Piece[] => {
    switch (node.kind) {
      case 'text':
        return [{ kind: 'text', text: node.text, conditions }];
      case 'print':
        return [{ kind: 'print', path: inputPathOf(node.value, variables), conditions }];
      case 'set': {
        const path = inputPathOf(node.value, variables);
        if (path === undefined) variables.delete(node.name);
        else variables.set(node.name, path);
        return [];
      }
      case 'if':
      case 'with': {
        const { condition: expression } = node;
        const inner = new Map(variables);
        const path = inputPathOf(expression, variables);
        if (path !== undefined && node.name !== undefined) inner.set(node.name, path);
        if (path !== undefined && node.kind === 'with') inner.set('.', path);
        return [
          ...flatten(node.body, [...conditions, { expression, holds: true, variables }], inner),
          ...flatten(node.otherwise, [...conditions, { expression, holds: false, variables }], variables),
        ];
      }
      case 'range':
        return [{ kind: 'print', path: undefined, conditions }];
    }
  });
}

function writersIn(
  { text, conditions }: Extract<Piece, { kind: 'text' }>,
  next: Piece | undefined,
  key: string,
): readonly LabelWriter[] {
  const writers: LabelWriter[] = [];
  for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + key.length)) {
    const quote = text[at - 1] === '"' || text[at - 1] === "'" ? (text[at - 1] ?? '') : '';
    const lead = text.slice(text.lastIndexOf('\n', at) + 1, at - quote.length);
    const colon = at + key.length + quote.length;
    if (lead.trim() !== '' || !text.startsWith(`${quote}:`, at + key.length)) continue;
    const newline = text.indexOf('\n', colon);
    const value = text.slice(colon + 1, newline === -1 ? text.length : newline).trim();
    if (newline === -1 && ['', '"', "'"].includes(value) && next?.kind === 'print') {
      if (next.path !== undefined) writers.push({ conditions, value: { kind: 'input', path: next.path } });
    } else {
      writers.push({ conditions, value: { kind: 'literal', text: unquoted(value) } });
    }
  }
  return writers;
}

/** Near enough: whether the label comes out as wanted is seen by rendering. */
function unquoted(value: string): string {
  const quoted = /^"([^"\\]*)"|^'([^']*)'/.exec(value);
  return quoted === null ? (value.split(' #', 1)[0] ?? '').trim() : (quoted[1] ?? quoted[2] ?? '');
}
