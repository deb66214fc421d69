import { ACCESS_GRANTED, accessLabel, profileLabel } from '../catalog/index.ts';
import type { LabelText } from '../model/label.ts';
import type { End } from './ends.ts';
import type { Inputs, State } from './state.ts';

/** What a cause is found in, besides the edge. */
export interface CauseContext {
  readonly inputs: Inputs;
  readonly state: State;
  /** The same policies over the labels that the flows recorded; made when it is first asked for. */
  readonly recorded: () => State;
  /** The namespace that was asked about. */
  readonly namespace: string;
  /** The pod that some flow shows at an address: `shop/web`. */
  readonly podAt: (ip: string) => string | undefined;
}

/** The end's labels with the files applied. */
export function labelsOf(end: End, { state }: Pick<CauseContext, 'state'>): readonly LabelText[] {
  const { engine } = state;
  const index = engine.find(end.id);
  return index === undefined ? end.recorded : (engine.endpoints[index]?.labels ?? []);
}

/** The profile of a namespace in the files; empty for none. */
export function profileOf(
  { inputs, state }: Pick<CauseContext, 'inputs' | 'state'>,
  namespace: string,
): string {
  return namespaceLabel(state, namespace, profileLabel(inputs.catalog)) ?? '';
}

/** Whether the files give a namespace access to a resource. */
export function hasAccess(
  { inputs, state }: Pick<CauseContext, 'inputs' | 'state'>,
  namespace: string,
  resource: string,
): boolean {
  return namespaceLabel(state, namespace, accessLabel(inputs.catalog, resource)) === ACCESS_GRANTED;
}

function namespaceLabel({ read }: State, namespace: string, key: string): string | undefined {
  const labels = read.namespaces.find(({ name }) => name === namespace)?.labels ?? {};
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
