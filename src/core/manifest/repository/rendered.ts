import type { Kustomization } from '../kustomize/kustomization.ts';
import { parseYaml } from '../yaml/document.ts';
import { screen } from '../yaml/screen.ts';
import { splitDocuments } from '../yaml/split.ts';
import { textSource } from '../yaml/text.ts';
import { type Appearance, type Applied, BARE } from './applied.ts';
import type { Collection } from './collect.ts';
import { addObject, isOfInterest } from './collect-files.ts';
import type { RenderedSet } from './find-deployers.ts';
import { noteFaults } from './note-faults.ts';
import { buildObject, type CollectContext } from './objects.ts';

/** Collects what ResourceSets make. Every field stands at the input that it is due to. */
export function collectRendered(
  sets: readonly RenderedSet[],
  applied: Applied,
  context: CollectContext,
  collection: Collection,
): void {
  for (const rendered of sets) {
    if (!applied.appearances.has(rendered.object.file)) continue;
    const { set, object } = rendered;
    if (set.fault !== '' && set.templates.some(mayMatter)) {
      context.notes.approximate('resource-set-not-rendered', `${set.name}: ${set.fault}`, object.locate([]));
    }
    collectSet(rendered, context, collection);
  }
}

function mayMatter(template: string): boolean {
  return splitDocuments(template).some(({ start, end }) => screen(template.slice(start, end)).matters);
}

function collectSet({ set, object }: RenderedSet, context: CollectContext, collection: Collection): void {
  const appearance = withCommonMetadata({ set, object });
  // Variables were replaced in the ResourceSet itself; what is left has no value.
  const inside: CollectContext = {
    ...context,
    scopeOf: () => ({ values: new Map(), isActive: false, isComplete: false }),
  };
  for (const { input, path, text } of set.rendered) {
    const source = textSource(object.file, text);
    for (const range of splitDocuments(text)) {
      const { kind, matters } = screen(text.slice(range.start, range.end));
      if (kind === 'HelmRelease') context.notes.approximate('helm-not-rendered', kind, object.locate(path));
      if (!matters || !(kind === '' || isOfInterest(kind))) continue;
      const place = object.locate(path);
      const document = { ...parseYaml(source, range), locate: () => place };
      noteFaults(
        { ...document, faults: document.faults.map((fault) => ({ ...fault, place })) },
        context.notes,
      );
      const read = document.readable ? buildObject(document, [], appearance, inside) : undefined;
      if (read === undefined) continue;
      const form = { kind: 'resource-set-input', input, document: object.document } as const;
      const sourceKey = `${object.source}#${input}`;
      addObject({ ...read, source: `${sourceKey}#${read.kind}/${read.name}` }, form, context, collection);
    }
  }
}

/** `spec.commonMetadata` overwrites labels and annotations of all that is made. */
function withCommonMetadata({ set, object }: Pick<RenderedSet, 'set' | 'object'>): Appearance {
  const hasLabels = Object.keys(set.commonLabels).length > 0;
  const hasAnnotations = Object.keys(set.commonAnnotations).length > 0;
  if (!hasLabels && !hasAnnotations) return BARE;
  const origin = (name: string) => ({ locate: object.locate, path: ['spec', 'commonMetadata', name] });
  const layer: Kustomization = {
    file: object.file,
    directory: '',
    isComponent: false,
    resources: [],
    components: [],
    namespace: undefined,
    namePrefix: '',
    nameSuffix: '',
    labels: [{ value: set.commonLabels, origin: origin('labels'), selectors: false, templates: false }],
    annotations: undefined,
    patches: [],
    configMaps: [],
    notBuilt: [],
    helmCharts: undefined,
    otherFiles: [],
  };
  const annotations = hasAnnotations
    ? { value: set.commonAnnotations, origin: origin('annotations') }
    : undefined;
  return { ...BARE, layers: [{ ...layer, annotations }] };
}
