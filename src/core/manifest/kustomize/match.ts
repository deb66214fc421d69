import { matchesGlob } from '../substitute/glob.ts';

/** The names that an object has or had, as far as patches and selectors may use them. */
export interface Identity {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Pairs of namespace and name: as written, and after each step that changed them. */
  readonly ids: readonly { readonly namespace: string; readonly name: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Whether a patch's `target` selects an object (kustomize `api/types/selector.go` and `resmap` `Select`): group,
 * version, kind, name and namespace are regular expressions that match the whole value, an absent one matches
 * all, and both the original and the current name count.
 *
 * @returns undefined where a pattern is beyond what is read here
 */
export function matchesTarget(
  target: Readonly<Record<string, string>>,
  identity: Identity,
): boolean | undefined {
  const answers = [
    matchesPattern(target['group'], [identity.group]),
    matchesPattern(target['version'], [identity.version]),
    matchesPattern(target['kind'], [identity.kind]),
    matchesPattern(
      target['name'],
      identity.ids.map(({ name }) => name),
    ),
    matchesPattern(
      target['namespace'],
      identity.ids.map(({ namespace }) => effectiveNamespace(namespace)),
    ),
    matchesSelector(target['labelSelector'], identity.labels),
    matchesSelector(target['annotationSelector'], identity.annotations),
  ];
  // What surely does not match needs no reading of the rest.
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** Nothing and `default` are the same namespace to kustomize. */
export function effectiveNamespace(namespace: string): string {
  return namespace === '' ? 'default' : namespace;
}

/** Only literal names, `.`, `.*`, `.+` and alternatives at the top are read: no expression can take long. */
function matchesPattern(pattern: string | undefined, values: readonly string[]): boolean | undefined {
  if (pattern === undefined || pattern === '') return true;
  if (/^[A-Za-z0-9_/-]*$/.test(pattern)) return values.includes(pattern);
  if (!/^[A-Za-z0-9_.*+|/-]*$/.test(pattern) || /(?:^|[^.])[*+]/.test(pattern)) return undefined;
  const globs = pattern
    .split('|')
    .map((part) => part.replaceAll('.*', '*').replaceAll('.+', '?*').replaceAll('.', '?'));
  return globs.some((glob) => values.some((value) => matchesGlob(glob, [...value])));
}

/** `a=b,c!=d,e,!f`; sets are not read. */
function matchesSelector(
  selector: string | undefined,
  labels: Readonly<Record<string, string>>,
): boolean | undefined {
  if (selector === undefined || selector.trim() === '') return true;
  const answers = selector.split(',').map((text) => {
    const term = /^(!?)([A-Za-z0-9._/-]+)(?:(==|=|!=)([A-Za-z0-9._-]*))?$/.exec(text.replaceAll(' ', ''));
    if (term === null) return undefined;
    const [, not, key = '', operator, value] = term;
    const has = Object.hasOwn(labels, key);
    if (operator === undefined) return not === '' ? has : !has;
    if (not !== '') return undefined;
    return operator === '!=' ? labels[key] !== value : has && labels[key] === value;
  });
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}
