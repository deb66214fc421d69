import type { Place } from '../../model/place.ts';
import type { NamespaceDeclaration, NamespaceForm, Problem } from '../../model/repository.ts';
import type { ReadObject } from './objects.ts';
import { readTextMap } from './report-fields.ts';

/** The label that the API server gives to every namespace. */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/** Reads a Namespace object, by the name that it gets in the cluster. */
export function readNamespace(
  object: ReadObject,
  form: NamespaceForm,
  report: (problem: Problem) => void,
): NamespaceDeclaration {
  const labels = readTextMap(object, ['metadata', 'labels'], report);
  return {
    name: object.name,
    labels: { ...labels, [NAMESPACE_NAME_LABEL]: object.name },
    annotations: readTextMap(object, ['metadata', 'annotations'], report),
    place: object.locate([]),
    form,
  };
}

/** A namespace that only its contents name. */
export function impliedNamespace(name: string, place: Place): NamespaceDeclaration {
  return {
    name,
    labels: { [NAMESPACE_NAME_LABEL]: name },
    annotations: {},
    place,
    form: { kind: 'implied' },
  };
}
