import { fromFieldsV1, toFieldsV1, union } from '../kubernetes/field-set.ts';
import { type Json, type JsonMap, listAt, mapAt, textAt } from '../kubernetes/json.ts';

/** The name under which Flux applies. */
export const FLUX = 'kustomize-controller';

/**
 * Whose fields Flux makes its own before it applies, so that what they wrote and Git does not have goes: all that
 * begins with `kubectl` by either operation, what was there before anybody applied, and itself from before
 * server-side apply (fluxcd/kustomize-controller, internal/controller/kustomization_controller.go, `apply`).
 * Whoever applies under another name keeps his fields.
 */
const TAKEN_OVER = [
  { prefix: 'kubectl', operation: 'Apply' },
  { prefix: 'kubectl', operation: 'Update' },
  { prefix: 'before-first-apply', operation: 'Update' },
  { prefix: FLUX, operation: 'Update' },
] as const;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The JSON patch that takes over the fields of `kubectl` (fluxcd/pkg, ssa/patch.go, `PatchReplaceFieldsManagers`) and
 * removes its annotation; undefined where there is nothing to do.
 */
export function takeOverPatch(live: JsonMap): Json | undefined {
  const operations = [...replaceManagers(live), ...removeAnnotation(live)];
  return operations.length === 0 ? undefined : operations;
}

function replaceManagers(live: JsonMap): readonly Json[] {
  const entries = listAt(live, 'metadata', 'managedFields');
  const taken = entries.filter(isTakenOver);
  const [first] = taken;
  if (first === undefined) return [];
  const own = entries.find(
    (entry) => textAt(entry, 'manager') === FLUX && textAt(entry, 'operation') === 'Apply',
  );
  const all = [...(own === undefined ? [] : [own]), ...taken];
  const fields = all.map((entry) => fromFieldsV1(mapAt(entry, 'fieldsV1'))).reduce(union);
  const merged = {
    ...mapAt(own ?? first),
    manager: FLUX,
    operation: 'Apply',
    fieldsV1: toFieldsV1(fields),
  };
  const rest = entries.filter((entry) => entry !== own && !taken.includes(entry));
  return [{ op: 'replace', path: '/metadata/managedFields', value: [...rest, merged] }];
}

function isTakenOver(entry: Json): boolean {
  return (
    textAt(entry, 'subresource') === '' &&
    TAKEN_OVER.some(
      ({ prefix, operation }) =>
        textAt(entry, 'manager').startsWith(prefix) && textAt(entry, 'operation') === operation,
    )
  );
}

function removeAnnotation(live: JsonMap): readonly Json[] {
  if (!Object.hasOwn(mapAt(live, 'metadata', 'annotations'), LAST_APPLIED)) return [];
  return [{ op: 'remove', path: `/metadata/annotations/${LAST_APPLIED.replaceAll('/', '~1')}` }];
}
