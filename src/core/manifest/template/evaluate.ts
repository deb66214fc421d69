import { asFields, asList } from '../yaml/fields.ts';
import type { Expression } from './expression.ts';
import { callFunction } from './functions.ts';
import type { TemplateNode } from './parse.ts';
import { isTrue, printValue, TemplateFault } from './values.ts';

const MAX_OUTPUT = 1_000_000;
const MAX_STEPS = 200_000;

/**
 * Renders a template for one set of inputs, as Flux's ResourceSet does: Go's `text/template` with
 * `missingkey=error`, so a field that is not there is a fault, while `index` gives nil for it.
 *
 * @returns the text, or the reason why it could not be rendered
 */
export function renderTemplate(
  nodes: readonly TemplateNode[],
  inputs: unknown,
): { readonly text: string } | { readonly fault: string } {
  const state: State = { inputs, scopes: [new Map([['$', null]])], dot: null, out: [], length: 0, steps: 0 };
  try {
    run(nodes, state);
    return { text: state.out.join('') };
  } catch (error) {
    if (error instanceof TemplateFault) return { fault: error.message };
    throw error;
  }
}

interface State {
  readonly inputs: unknown;
  readonly scopes: Map<string, unknown>[];
  dot: unknown;
  readonly out: string[];
  length: number;
  steps: number;
}

function run(nodes: readonly TemplateNode[], state: State): void {
  for (const node of nodes) {
    state.steps += 1;
    if (state.steps > MAX_STEPS) throw new TemplateFault('too many steps');
    runNode(node, state);
  }
}

function runNode(node: TemplateNode, state: State): void {
  switch (node.kind) {
    case 'text':
      return print(node.text, state);
    case 'print':
      return print(printValue(evaluate(node.value, state)), state);
    case 'set':
      return setVariable(node.name, evaluate(node.value, state), node.declares, state);
    case 'if':
    case 'with':
      return runCondition(node, state);
    case 'range':
      return runRange(node, state);
  }
}

function print(text: string, state: State): void {
  state.length += text.length;
  if (state.length > MAX_OUTPUT) throw new TemplateFault('too much output');
  state.out.push(text);
}

function runCondition(node: Extract<TemplateNode, { kind: 'if' | 'with' }>, state: State): void {
  const value = evaluate(node.condition, state);
  inScope(state, () => {
    if (node.name !== undefined) setVariable(node.name, value, true, state);
    if (!isTrue(value)) return run(node.otherwise, state);
    const { dot } = state;
    if (node.kind === 'with') state.dot = value;
    run(node.body, state);
    state.dot = dot;
  });
}

function runRange(node: Extract<TemplateNode, { kind: 'range' }>, state: State): void {
  const pairs = pairsOf(evaluate(node.over, state));
  if (pairs.length === 0) return inScope(state, () => run(node.otherwise, state));
  const { dot } = state;
  for (const [key, item] of pairs) {
    inScope(state, () => {
      const [first, second] = node.names;
      if (first !== undefined && second !== undefined) setVariable(first, key, true, state);
      const itemName = second ?? first;
      if (itemName !== undefined) setVariable(itemName, item, true, state);
      state.dot = item;
      run(node.body, state);
    });
  }
  state.dot = dot;
}

/** Go visits maps in the order of their keys. */
function pairsOf(value: unknown): readonly (readonly [key: unknown, item: unknown])[] {
  if (value === null || value === undefined) return [];
  const list = asList(value);
  if (list !== undefined) return list.map((item, i) => [i, item]);
  const fields = asFields(value);
  if (fields === undefined) throw new TemplateFault('range over a scalar');
  return Object.keys(fields)
    .sort()
    .map((key) => [key, fields[key]]);
}

function inScope(state: State, action: () => void): void {
  state.scopes.push(new Map());
  action();
  state.scopes.pop();
}

function setVariable(name: string, value: unknown, declares: boolean, state: State): void {
  const scope = declares ? state.scopes.at(-1) : state.scopes.findLast((candidate) => candidate.has(name));
  if (scope === undefined) throw new TemplateFault(`undefined variable ${name}`);
  scope.set(name, value);
}

function evaluate(expression: Expression, state: State): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'variable': {
      if (expression.name === '.') return state.dot;
      const scope = state.scopes.findLast((candidate) => candidate.has(expression.name));
      if (scope === undefined) throw new TemplateFault(`undefined variable ${expression.name}`);
      return scope.get(expression.name);
    }
    case 'field': {
      const fields = asFields(evaluate(expression.of, state));
      if (fields === undefined || !Object.hasOwn(fields, expression.name)) {
        throw new TemplateFault(`no field ${expression.name}`);
      }
      return fields[expression.name];
    }
    case 'call':
      return evaluateCall(expression, state);
  }
}

function evaluateCall(call: Extract<Expression, { kind: 'call' }>, state: State): unknown {
  if (call.name === 'inputs' && call.args.length === 0) return state.inputs;
  if (call.name === 'and' || call.name === 'or') {
    // These two stop at the first argument that decides.
    let value: unknown;
    for (const arg of call.args) {
      value = evaluate(arg, state);
      if (isTrue(value) === (call.name === 'or')) return value;
    }
    if (call.args.length === 0) throw new TemplateFault(`${call.name} without arguments`);
    return value;
  }
  return callFunction(
    call.name,
    call.args.map((arg) => evaluate(arg, state)),
  );
}
