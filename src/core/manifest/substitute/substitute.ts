import { applyOperator } from './functions.ts';
import { type Piece, parsePieces } from './parse.ts';

/** Values by name. */
export type Variables = ReadonlyMap<string, string>;

export interface Substituted {
  readonly text: string;
  /** Names without a value and without a default, each once. */
  readonly unresolved: readonly string[];
  /** Whether Flux would refuse the text and fail the whole build; then `text` is what was given. */
  readonly refused: boolean;
}

/**
 * Replaces `${…}` as the `postBuild` step of a Flux Kustomization does (fluxcd/pkg `kustomize_varsub.go` and
 * `envsubst`, mid 2026). That step does not run at all where no variable is given: whether it does is the
 * caller's business.
 *
 * @param unknown what a name without a value becomes: nothing, as in Flux, or itself, where the value exists but
 * cannot be seen from here
 */
export function substitute(
  text: string,
  variables: Variables,
  unknown: 'empty' | 'keep' = 'empty',
): Substituted {
  if (!text.includes('$')) return { text, unresolved: [], refused: false };
  const pieces = parsePieces(text);
  if (pieces === undefined) return { text, unresolved: [], refused: true };
  const context: Context = { variables, unknown, unresolved: new Set(), length: 0 };
  const parts: string[] = [];
  for (const piece of pieces) {
    parts.push(evaluate(piece, context));
    if (context.length > MAX_LENGTH) return { text, unresolved: [], refused: true };
  }
  const replaced = parts.join('');
  return { text: replaced, unresolved: [...context.unresolved], refused: false };
}

/** The names that a text asks for without a default, each once; none where it is no valid template. */
export function variablesIn(text: string): readonly string[] {
  return substitute(text, new Map()).unresolved;
}

/** A variable's value as Flux takes it over: without line breaks. */
export function variableValue(text: string): string {
  return text.replaceAll('\n', '');
}

/** Whether Flux takes a name; with any other the build fails. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** Of all texts that an evaluation makes on its way; an object in a cluster is no larger either. */
const MAX_LENGTH = 2_000_000;

interface Context {
  readonly variables: Variables;
  readonly unknown: 'empty' | 'keep';
  readonly unresolved: Set<string>;
  length: number;
}

function evaluate(piece: Piece, context: Context): string {
  const text = evaluatePiece(piece, context);
  context.length += text.length;
  return text;
}

function evaluatePiece(piece: Piece, context: Context): string {
  if (piece.kind === 'text') return piece.text;
  // What is over the limit is refused as a whole, so nothing more needs to be made.
  if (context.length > MAX_LENGTH) return '';
  const value = context.variables.get(piece.name);
  if (value === undefined && !hasDefault(piece.operator)) {
    context.unresolved.add(piece.name);
    if (context.unknown === 'keep') return piece.source;
  }
  const isDefaultUsed = hasDefault(piece.operator) && (value ?? '') === '';
  // A default that is not needed may name variables that nobody has to give.
  const args =
    hasDefault(piece.operator) && !isDefaultUsed ? [] : piece.args.map((arg) => evaluate(arg, context));
  return applyOperator(piece.operator, value ?? '', args);
}

function hasDefault(operator: string): boolean {
  return ['=', ':=', ':-', ':?', ':+'].includes(operator);
}
