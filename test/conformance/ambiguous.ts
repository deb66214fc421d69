/**
 * `matchLabels: {app: a, "any:app": b}`: both keys become `any:app`, and Cilium keeps the one that Go's map gives
 * last, which differs from run to run. A recorded answer is then one of several that Cilium may give.
 */
export function choicesOf(policies: readonly unknown[]): readonly (readonly unknown[])[] {
  let choices: readonly (readonly unknown[])[] = [policies];
  for (const { path, keys } of collisions(policies, [])) {
    choices = choices.flatMap((choice) =>
      keys.map((kept) =>
        without(
          choice,
          path,
          keys.filter((key) => key !== kept),
        ),
      ),
    );
    if (choices.length > CHOICES_MAX) throw new Error(`more than ${CHOICES_MAX} readings of one world`);
  }
  return choices;
}

const CHOICES_MAX = 64;

interface Collision {
  readonly path: readonly (string | number)[];
  readonly keys: readonly string[];
}

function* collisions(value: unknown, path: readonly (string | number)[]): Iterable<Collision> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* collisions(item, [...path, i]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries<unknown>(value as Record<string, unknown>)) {
      if (key === 'matchLabels' && typeof item === 'object' && item !== null) {
        for (const name of Object.keys(item)) {
          if (!name.includes(':') && Object.hasOwn(item, `any:${name}`)) {
            yield { path: [...path, key], keys: [name, `any:${name}`] };
          }
        }
      } else yield* collisions(item, [...path, key]);
    }
  }
}

function without(
  policies: readonly unknown[],
  path: readonly (string | number)[],
  keys: readonly string[],
): readonly unknown[] {
  const copy = structuredClone(policies) as unknown[];
  const holder = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], copy);
  for (const key of keys) delete (holder as Record<string, unknown>)[key];
  return copy;
}
