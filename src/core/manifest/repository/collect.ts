import type { AgentOptions } from '../../model/options.ts';
import type { Place } from '../../model/place.ts';
import type { Policy } from '../../model/policy.ts';
import {
  type NamespaceDeclaration,
  type NamespaceForm,
  type Problem,
  type RefusedPolicy,
  WORKLOAD_KINDS,
  type Workload,
} from '../../model/repository.ts';
import type { CidrGroup, Service } from '../../model/world.ts';
import { readCidrGroup, readPolicy } from '../policy/read-policy.ts';
import { looksLikeProduction } from './environment.ts';
import { impliedNamespace, readNamespace } from './namespaces.ts';
import type { Notes } from './notes.ts';
import type { ReadObject } from './objects.ts';
import { schemaProblem } from './report-fields.ts';
import { readBackends, readService, type ServiceBackends } from './services.ts';
import { isWorkloadKind, readWorkload } from './workloads.ts';

/** What one object came to. Its problems stay with it, so that a later object of the same name replaces both. */
type Outcome = { readonly problems: readonly Problem[] } & (
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'refused'; readonly refused: RefusedPolicy }
  | { readonly kind: 'namespace'; readonly namespace: NamespaceDeclaration }
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'backends'; readonly backends: ServiceBackends }
  | { readonly kind: 'cidr-group'; readonly group: CidrGroup }
  | { readonly kind: 'nothing' }
);

interface Entry {
  readonly object: ReadObject;
  readonly outcome: Outcome;
}

/** Collects objects by kind, namespace and name. */
export interface Collection {
  add(object: ReadObject, form: NamespaceForm): void;
  /** Makes a namespace known that nothing declares. */
  implyNamespace(name: string, place: Place): void;
  outcomes(): Outcome[];
  /** The objects themselves, in the order of `outcomes`. */
  objects(): readonly ReadObject[];
  namespaces(): readonly NamespaceDeclaration[];
  readonly count: () => number;
}

/** Kinds that are taken into the reading, with their API groups; others only help to read these. */
const COLLECTED: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['CiliumNetworkPolicy', ['cilium.io']],
  ['CiliumClusterwideNetworkPolicy', ['cilium.io']],
  ['CiliumCIDRGroup', ['cilium.io']],
  ['NetworkPolicy', ['networking.k8s.io', 'extensions']],
  ['Namespace', ['']],
  ['Service', ['']],
  ['EndpointSlice', ['discovery.k8s.io']],
  ...WORKLOAD_KINDS.map((kind) => [kind, ['', 'apps', 'batch', 'extensions']] as const),
]);

/** Whether a kind is collected, in some API group. */
export function isCollectedKind(kind: string): boolean {
  return COLLECTED.has(kind);
}

/** Other groups have kinds of the same names (`serving.knative.dev` a Service). */
export function isCollected({ kind, group }: ReadObject): boolean {
  return COLLECTED.get(kind)?.includes(group) === true || (group === '' && COLLECTED.has(kind));
}

const UNJUDGED: ReadonlySet<string> = new Set([
  'ClusterNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'GlobalNetworkPolicy',
]);

export function isUnjudgedKind(kind: string): boolean {
  return UNJUDGED.has(kind);
}

/** Policies that change verdicts and that nothing here judges, by the name to show. */
export function unjudgedKind(object: ReadObject): string | undefined {
  if (UNJUDGED.has(object.kind)) return object.kind;
  // Calico, Antrea and others have a kind of the same name.
  const isForeign = object.kind === 'NetworkPolicy' && !isCollected(object);
  return isForeign ? `${object.kind} (${object.group})` : undefined;
}

export function collect(options: AgentOptions, notes: Notes): Collection {
  const entries = new Map<string, Entry>();
  const implied = new Map<string, Place>();
  let count = 0;
  return {
    add(object, form) {
      count += 1;
      const key = `${object.kind}/${object.namespace}/${object.name}`;
      const known = entries.get(key);
      if (known !== undefined && !noteSecond(known.object, object, notes)) return;
      entries.set(key, { object, outcome: readOutcome(object, form, options) });
      if (object.namespace !== '' && !implied.has(object.namespace)) {
        implied.set(object.namespace, object.locate(['metadata', 'namespace']));
      }
    },
    implyNamespace(name, place) {
      if (!implied.has(name)) implied.set(name, place);
    },
    outcomes: () => [...entries.values()].map(({ outcome }) => outcome),
    objects: () => [...entries.values()].map(({ object }) => object),
    namespaces() {
      const declared = [...entries.values()].flatMap(({ outcome }) =>
        outcome.kind === 'namespace' ? [outcome.namespace] : [],
      );
      const names = new Set(declared.map(({ name }) => name));
      const others = [...implied].filter(([name]) => !names.has(name));
      return [...declared, ...others.map(([name, place]) => impliedNamespace(name, place))];
    },
    count: () => count,
  };
}

/**
 * One text that two builds make the same object of is no mistake. If they disagree, they are for several clusters,
 * and the one that looks like production counts, or the last one.
 *
 * @returns whether the second one counts
 */
function noteSecond(first: ReadObject, second: ReadObject, notes: Notes): boolean {
  if (first.source === second.source) {
    const isSame = JSON.stringify(first.value) === JSON.stringify(second.value);
    const [firstRoot, secondRoot] = [first, second].map(({ appearance }) => appearance.root ?? '');
    const keepsFirst = looksLikeProduction(firstRoot ?? '') && !looksLikeProduction(secondRoot ?? '');
    const root = (keepsFirst ? firstRoot : secondRoot) ?? '';
    if (!isSame) notes.approximate('environment-chosen', root === '' ? '.' : root, second.locate([]));
    return !keepsFirst;
  }
  const other = first.locate([]);
  notes.problem({
    code: 'duplicate-object',
    place: second.locate([]),
    field: '',
    value: `${other.file}:${other.line}`,
    expected: '',
    object: { kind: second.kind, namespace: second.namespace, name: second.name },
  });
  return true;
}

function readOutcome(object: ReadObject, form: NamespaceForm, options: AgentOptions): Outcome {
  const problems: Problem[] = [];
  const report = (problem: Problem): void => {
    problems.push(problem);
  };
  switch (object.kind) {
    case 'CiliumNetworkPolicy':
    case 'CiliumClusterwideNetworkPolicy':
    case 'NetworkPolicy': {
      const { kind, namespace, name } = object;
      const read = readPolicy(object, options);
      if (read.policy !== undefined) {
        // What a template made has no text of its own to edit.
        const where = form.kind === 'object' ? { document: object.document, root: object.path } : {};
        return { kind: 'policy', policy: { ...read.policy, ...where }, problems: read.problems };
      }
      const refused = { kind, namespace, name, place: object.locate([]), problems: read.problems };
      return { kind: 'refused', refused, problems: read.problems };
    }
    case 'CiliumCIDRGroup': {
      const { group, problems: found } = readCidrGroup(object);
      return group === undefined
        ? { kind: 'nothing', problems: found }
        : { kind: 'cidr-group', group, problems: found };
    }
    case 'Namespace':
      if (object.name === '') {
        return { kind: 'nothing', problems: [schemaProblem(object, ['metadata', 'name'], 'a name')] };
      }
      return { kind: 'namespace', namespace: readNamespace(object, form, report), problems };
    case 'Service':
      return { kind: 'service', service: readService(object, report), problems };
    case 'EndpointSlice':
      return { kind: 'backends', backends: readBackends(object), problems };
    default:
      return isWorkloadKind(object.kind)
        ? { kind: 'workload', workload: readWorkload(object, object.kind, report), problems }
        : { kind: 'nothing', problems };
  }
}
