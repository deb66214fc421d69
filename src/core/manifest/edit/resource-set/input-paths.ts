import type { Expression } from '../../template/expression.ts';
import type { TemplateNode } from '../../template/parse.ts';

/** A field of the inputs, as `['networkPolicy', 'profile']`; empty for the inputs themselves. */
export type InputPath = readonly string[];

/** What `$names` stand for where that is a field of the inputs. */
export type Variables = ReadonlyMap<string, InputPath>;

/** The field whose value an expression gives, perhaps quoted or with a default; undefined where there is no such. */
export function inputPathOf(expression: Expression, variables: Variables): InputPath | undefined {
  switch (expression.kind) {
    case 'literal':
      return undefined;
    case 'variable':
      return variables.get(expression.name);
    case 'field': {
      const of = inputPathOf(expression.of, variables);
      return of === undefined ? undefined : [...of, expression.name];
    }
    case 'call':
      return calledPath(expression.name, expression.args, variables);
  }
}

/** Functions that give their last argument back when that is a text that needs no help. */
const PASSING: ReadonlySet<string> = new Set(['quote', 'squote', 'toString', 'trim', 'default', 'print']);

function calledPath(name: string, args: readonly Expression[], variables: Variables): InputPath | undefined {
  const last = args.at(-1);
  if (name === 'inputs') return args.length === 0 ? [] : undefined;
  if (last !== undefined && PASSING.has(name)) return inputPathOf(last, variables);
  const [of, ...steps] = args;
  if ((name !== 'index' && name !== 'get') || of === undefined) return undefined;
  const start = inputPathOf(of, variables);
  const names = steps.map((step) =>
    step.kind === 'literal' && typeof step.value === 'string' ? step.value : undefined,
  );
  return start === undefined || names.includes(undefined) ? undefined : [...start, ...(names as string[])];
}

/** All fields of the inputs that a template names, in its order. */
export function namedPaths(nodes: readonly TemplateNode[]): readonly InputPath[] {
  const paths: InputPath[] = [];
  const visit = (expression: Expression): void => {
    const path = inputPathOf(expression, new Map());
    if (path !== undefined && path.length > 0) paths.push(path);
    if (expression.kind === 'call') for (const arg of expression.args) visit(arg);
    if (expression.kind === 'field') visit(expression.of);
  };
  const walk = (list: readonly TemplateNode[]): void => {
    for (const node of list) {
      if (node.kind === 'print' || node.kind === 'set') visit(node.value);
      if (node.kind === 'if' || node.kind === 'with') visit(node.condition);
      if (node.kind === 'range') visit(node.over);
      if ('body' in node) {
        walk(node.body);
        walk(node.otherwise);
      }
    }
  };
  walk(nodes);
  return paths;
}
