import { FilterError } from './error.ts';

/**
 * `[namespace/]prefix`: the namespace whole, the name by its beginning. Without a slash the namespace is `default`;
 * with nothing before it, any. Cilium v1.19.4 `pkg/hubble/filters/k8s.go`.
 *
 * @throws {FilterError} for an empty text
 */
export function namespacedNameMatcher(
  field: string,
  texts: readonly string[],
): (namespace: string, name: string) => boolean {
  const wanted = texts.map((text) => {
    if (text === '')
      throw new FilterError(field, text, '[namespace/]name, where / is any name of any namespace');
    const [first = '', second] = text.split('/');
    return second === undefined
      ? { namespace: 'default', prefix: first }
      : { namespace: first, prefix: second };
  });
  return (namespace, name) => {
    if (namespace === '' && name === '') return false;
    for (const one of wanted) {
      if ((one.namespace === '' || one.namespace === namespace) && name.startsWith(one.prefix)) return true;
    }
    return false;
  };
}
