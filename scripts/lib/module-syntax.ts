import { parseSync } from 'rolldown/utils';

/** What one module asks of others. Lines count from 1. */
export interface ModuleSyntax {
  readonly requests: readonly ModuleRequest[];
  /** `process.exit` and the like: the name of the part. */
  readonly processParts: readonly { readonly part: string; readonly line: number }[];
  /** The first reason why the text is no TypeScript. */
  readonly error?: string;
}

export interface ModuleRequest {
  /** The text between the quotes; undefined where it is computed. */
  readonly specifier: string | undefined;
  readonly line: number;
}

type Node = Readonly<Record<string, unknown>>;

/** Reads `import`, `import type`, `export … from`, `import()`, `import('…').Type` and `require()`. */
export function readModuleSyntax(path: string, text: string): ModuleSyntax {
  const { program, errors } = parseSync(path, text);
  const [first] = errors;
  if (first !== undefined) return { requests: [], processParts: [], error: first.message };
  const requests: ModuleRequest[] = [];
  const processParts: { readonly part: string; readonly line: number }[] = [];
  visit(program, (node) => {
    const line = () => lineAt(text, Number(node['start']));
    const source = requestOf(node);
    if (source !== undefined) requests.push({ specifier: stringOf(source), line: line() });
    for (const part of processPartsOf(node)) processParts.push({ part, line: line() });
  });
  return { requests, processParts };
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
  } else if (isNode(value)) {
    see(value);
    for (const child of Object.values(value)) {
      if (typeof child === 'object' && child !== null) visit(child, see);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The node that names the other module, or undefined where this node asks for none. */
function requestOf(node: Node): unknown {
  switch (node['type']) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node['source'];
    case 'ExportNamedDeclaration':
      return node['source'] ?? undefined;
    case 'TSExternalModuleReference':
      return node['expression'];
    case 'CallExpression':
      return isNamed(node['callee'], 'require') && Array.isArray(node['arguments'])
        ? node['arguments'][0]
        : undefined;
    default:
      return undefined;
  }
}

function processPartsOf(node: Node): readonly string[] {
  if (node['type'] === 'ImportDeclaration') return importedProcessParts(node);
  if (node['type'] === 'MemberExpression' && isProcess(node['object'])) {
    const property = node['property'];
    const name = node['computed'] === true ? stringOf(property) : nameOf(property);
    return name === undefined ? [] : [name];
  }
  if (node['type'] === 'VariableDeclarator' && isProcess(node['init']) && isNode(node['id'])) {
    const properties = node['id']['properties'];
    if (!Array.isArray(properties)) return [];
    return properties.flatMap((property) => (isNode(property) ? (nameOf(property['key']) ?? []) : []));
  }
  return [];
}

/** What `node:process` is asked for by name. All of it under another name than `process` hides the parts: `*`. */
function importedProcessParts(node: Node): readonly string[] {
  if (stringOf(node['source']) !== 'node:process' || !Array.isArray(node['specifiers'])) return [];
  return node['specifiers'].flatMap((specifier) => {
    if (!isNode(specifier)) return [];
    if (specifier['type'] === 'ImportSpecifier') return nameOf(specifier['imported']) ?? [];
    return isNamed(specifier['local'], 'process') ? [] : ['*'];
  });
}

/** `process`, or `globalThis.process`. */
function isProcess(value: unknown): boolean {
  if (isNamed(value, 'process')) return true;
  return isNode(value) && value['type'] === 'MemberExpression' && isNamed(value['property'], 'process');
}

function isNamed(value: unknown, name: string): boolean {
  return isNode(value) && value['type'] === 'Identifier' && value['name'] === name;
}

function nameOf(value: unknown): string | undefined {
  return isNode(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}

/** The value of a string, or of a template without holes. */
function stringOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value['type'] === 'Literal' && typeof value['value'] === 'string') return value['value'];
  if (value['type'] === 'TSLiteralType') return stringOf(value['literal']);
  if (
    value['type'] !== 'TemplateLiteral' ||
    !Array.isArray(value['quasis']) ||
    value['quasis'].length !== 1
  ) {
    return undefined;
  }
  const quasi: unknown = value['quasis'][0];
  const inner = isNode(quasi) ? quasi['value'] : undefined;
  return typeof inner === 'object' && inner !== null && 'cooked' in inner && typeof inner.cooked === 'string'
    ? inner.cooked
    : undefined;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
