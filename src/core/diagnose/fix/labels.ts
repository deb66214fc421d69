import {
  ACCESS_GRANTED,
  accessLabel,
  type Catalog,
  isPlatform,
  profileLabel,
  resourceAt,
} from '../../catalog/index.ts';
import { editNamespaceLabels } from '../../manifest/edit/namespace-labels.ts';
import type { SideDecision } from '../../model/decision.ts';
import type { NamespaceDeclaration } from '../../model/repository.ts';
import { labelsOf, profileOf } from '../cause-context.ts';
import type { End } from '../ends.ts';
import { type Judged, protocolOf } from '../judged.ts';
import type { Inputs, State } from '../state.ts';
import type { FixStep } from '../types.ts';
import { type Attempt, attemptOf } from './attempt.ts';

export interface LabelContext {
  readonly inputs: Inputs;
  readonly state: State;
}

/** The access label that the source's namespace lacks for what the destination is. */
export function accessLabelAttempts({ edge, from, to }: Judged, context: LabelContext): readonly Attempt[] {
  const { catalog } = context.inputs;
  const protocol = protocolOf(edge);
  const { namespace } = from.party;
  if (protocol === undefined || !isApp(from, catalog)) return [];
  const party = { namespace: to.party.namespace, labels: labelsOf(to, context), port: edge.port, protocol };
  const resource = resourceAt(catalog, party);
  if (resource === undefined) return [];
  const label = accessLabel(catalog, resource.name);
  const step: FixStep = { kind: 'access-label', namespace, resource: resource.name, label };
  return labelAttempt(step, namespace, { label, value: ACCESS_GRANTED }, context);
}

/** Every other profile, for a namespace that may have one. */
export function profileAttempts(
  { from, to }: Judged,
  side: SideDecision,
  context: LabelContext,
): readonly Attempt[] {
  const { catalog } = context.inputs;
  const subject = side.direction === 'egress' ? from : to;
  const { namespace } = subject.party;
  const peer = (side.direction === 'egress' ? to : from).party;
  const isGateway = catalog.gateways.some((gateway) => gateway.namespace === peer.namespace);
  // Profiles never speak of pods other than gateways.
  if (!isApp(subject, catalog) || (peer.kind === 'pod' && !isGateway)) return [];
  const current = profileOf(context, namespace);
  const label = profileLabel(catalog);
  return catalog.profiles
    .filter(({ name }) => name !== current)
    .flatMap(({ name }) => {
      const step: FixStep = { kind: 'profile', namespace, from: current, to: name, label };
      return labelAttempt(step, namespace, { label, value: name }, context);
    });
}

/** A pod of a namespace of these files whose labels say what it may do. */
function isApp({ party: { namespace, cluster } }: End, catalog: Catalog): boolean {
  return namespace !== '' && cluster === '' && !isPlatform(catalog, namespace);
}

function labelAttempt(
  step: FixStep,
  namespace: string,
  { label, value }: { readonly label: string; readonly value: string },
  { state }: LabelContext,
): readonly Attempt[] {
  const target = declarationOf(state, namespace);
  const file = state.files.find(({ path }) => path === target?.place.file);
  if (target === undefined || file === undefined || target.form.kind === 'implied') {
    const place = target?.place;
    const refusal = {
      code: 'not-found',
      file: place?.file ?? '',
      line: place?.line ?? 0,
      detail: namespace,
    } as const;
    return [{ kind: 'refused', step, refusal }];
  }
  return attemptOf(step, file, editNamespaceLabels(file, target, { [label]: value }));
}

function declarationOf({ read }: State, namespace: string): NamespaceDeclaration | undefined {
  return read.namespaces.find(({ name }) => name === namespace);
}
