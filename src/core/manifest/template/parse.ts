import { type Expression, readPipeline } from './expression.ts';
import { cutTemplate } from './lex.ts';

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly value: Expression }
  /** `$x := …` declares, `$x = …` assigns. */
  | { readonly kind: 'set'; readonly name: string; readonly declares: boolean; readonly value: Expression }
  | {
      readonly kind: 'if' | 'with';
      readonly name: string | undefined;
      readonly condition: Expression;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | {
      readonly kind: 'range';
      /** None, the item, or the key and the item. */
      readonly names: readonly string[];
      readonly over: Expression;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    };

/**
 * Parses the part of Go's `text/template` that manifests use: pipelines, variables, `if`, `with`, `range` and their
 * `else`.
 *
 * @returns undefined where the template holds anything else, or is wrong
 */
export function parseTemplate(template: string): readonly TemplateNode[] | undefined {
  const chunks = cutTemplate(template);
  if (chunks === undefined) return undefined;
  const root: Block = { nodes: [], opened: undefined };
  const stack: Block[] = [root];
  for (const chunk of chunks) {
    const top = stack.at(-1);
    if (top === undefined) return undefined;
    if (chunk.kind === 'text') top.nodes.push(chunk);
    else if (!parseAction(chunk.source, top, stack)) return undefined;
  }
  return stack.length === 1 ? root.nodes : undefined;
}

/** A list of nodes that is being read, with what began it. */
interface Block {
  readonly nodes: TemplateNode[];
  readonly opened: Opened | undefined;
}

interface Opened {
  readonly head: Head;
  /** The body, once an `else` has begun the second list. */
  readonly body: readonly TemplateNode[] | undefined;
  /** An `else if` is closed by the `end` of the outer one. */
  readonly isChained: boolean;
}

type Head =
  | { readonly kind: 'if' | 'with'; readonly name: string | undefined; readonly condition: Expression }
  | { readonly kind: 'range'; readonly names: readonly string[]; readonly over: Expression };

const MAX_BLOCKS = 32;

function parseAction(source: string, top: Block, stack: Block[]): boolean {
  const [word = ''] = /^[a-z]+(?=\s|$)/.exec(source) ?? [];
  const rest = source.slice(word.length).trim();
  switch (word) {
    case 'if':
    case 'with':
    case 'range':
      return open(word, rest, stack, false);
    case 'else':
      return parseElse(rest, top, stack);
    case 'end':
      return rest === '' && close(stack);
    case 'define':
    case 'block':
    case 'template':
    case 'break':
    case 'continue':
      return false;
    default:
      return parseValue(source, top);
  }
}

function parseValue(source: string, top: Block): boolean {
  const set = /^(\$[A-Za-z_][A-Za-z0-9_]*)\s*(:?=)/.exec(source);
  const value = readPipeline(set === null ? source : source.slice(set[0].length));
  if (value === undefined) return false;
  if (set === null) top.nodes.push({ kind: 'print', value });
  else top.nodes.push({ kind: 'set', name: set[1] ?? '', declares: set[2] === ':=', value });
  return true;
}

function open(kind: 'if' | 'with' | 'range', source: string, stack: Block[], isChained: boolean): boolean {
  const head = kind === 'range' ? readRange(source) : readCondition(kind, source);
  if (head === undefined || stack.length > MAX_BLOCKS) return false;
  stack.push({ nodes: [], opened: { head, body: undefined, isChained } });
  return true;
}

function readRange(source: string): Head | undefined {
  const names = /^(\$[A-Za-z_][A-Za-z0-9_]*)(?:\s*,\s*(\$[A-Za-z_][A-Za-z0-9_]*))?\s*:=/.exec(source);
  const over = readPipeline(names === null ? source : source.slice(names[0].length));
  if (over === undefined) return undefined;
  return {
    kind: 'range',
    names: names === null ? [] : names.slice(1).filter((name) => name !== undefined),
    over,
  };
}

function readCondition(kind: 'if' | 'with', source: string): Head | undefined {
  const name = /^(\$[A-Za-z_][A-Za-z0-9_]*)\s*:=/.exec(source);
  const condition = readPipeline(name === null ? source : source.slice(name[0].length));
  return condition === undefined ? undefined : { kind, name: name?.[1], condition };
}

function parseElse(rest: string, top: Block, stack: Block[]): boolean {
  const { opened } = top;
  if (opened === undefined || opened.body !== undefined) return false;
  stack.pop();
  stack.push({ nodes: [], opened: { ...opened, body: top.nodes } });
  if (rest === '') return true;
  const chained = /^(if|with)\s+(.*)$/s.exec(rest);
  return chained !== null && open(chained[1] === 'if' ? 'if' : 'with', chained[2] ?? '', stack, true);
}

function close(stack: Block[]): boolean {
  for (;;) {
    const block = stack.pop();
    const parent = stack.at(-1);
    if (block?.opened === undefined || parent === undefined) return false;
    const { head, body, isChained } = block.opened;
    const lists = body === undefined ? [block.nodes, []] : [body, block.nodes];
    parent.nodes.push({ ...head, body: lists[0] ?? [], otherwise: lists[1] ?? [] });
    if (!isChained) return true;
  }
}
