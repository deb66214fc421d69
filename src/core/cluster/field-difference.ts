import type { Path } from '../model/place.ts';

/** The first field in which two objects differ. */
export interface FieldDifference {
  /** As the first of them has it, or where it is only in the second, as that has it. */
  readonly path: Path;
  /** Undefined: not there. */
  readonly first: unknown;
  readonly second: unknown;
}

/**
 * The first field that two values do not share, in the order of the first. The order of keys and of items in lists is
 * no difference: in a policy neither means anything.
 *
 * @param isUnknown whether a value of the first is not known, so that nothing is said about it
 */
export function fieldDifference(
  first: unknown,
  second: unknown,
  isUnknown: (value: unknown) => boolean = () => false,
): FieldDifference | undefined {
  return differ(first, second, { path: [], isUnknown });
}

interface Context {
  readonly path: Path;
  readonly isUnknown: (value: unknown) => boolean;
}

function differ(first: unknown, second: unknown, context: Context): FieldDifference | undefined {
  if (context.isUnknown(first)) return undefined;
  if (Array.isArray(first) && Array.isArray(second)) return listDiffer(first, second, context);
  if (isMap(first) && isMap(second)) return mapDiffer(first, second, context);
  return canonicalText(first) === canonicalText(second) ? undefined : { path: context.path, first, second };
}

type Fields = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapDiffer(first: Fields, second: Fields, context: Context): FieldDifference | undefined {
  for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const path = [...context.path, key];
    const found = differ(own(first, key), own(second, key), { ...context, path });
    if (found !== undefined) return found;
  }
  return undefined;
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** Items that both have are set aside, whatever their order; the first of the rest are taken for one that changed. */
function listDiffer(
  first: readonly unknown[],
  second: readonly unknown[],
  context: Context,
): FieldDifference | undefined {
  const left = new Map<string, number>();
  for (const item of second) left.set(canonicalText(item), (left.get(canonicalText(item)) ?? 0) + 1);
  const onlyFirst: number[] = [];
  for (const [i, item] of first.entries()) {
    const count = left.get(canonicalText(item)) ?? 0;
    if (count === 0) onlyFirst.push(i);
    else left.set(canonicalText(item), count - 1);
  }
  const onlySecond = second.flatMap((item, i) => {
    const count = left.get(canonicalText(item)) ?? 0;
    if (count === 0) return [];
    left.set(canonicalText(item), count - 1);
    return [i];
  });
  for (let i = 0; i < Math.max(onlyFirst.length, onlySecond.length); i += 1) {
    const [at, other] = [onlyFirst[i], onlySecond[i]];
    const found = differ(
      at === undefined ? undefined : first[at],
      other === undefined ? undefined : second[other],
      { ...context, path: [...context.path, at ?? other ?? 0] },
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A text that two values share exactly if they mean the same: keys and items sorted, numbers of any size. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).sort().join(',')}]`;
  if (isMap(value)) {
    const members = Object.keys(value)
      .sort()
      .flatMap((key) =>
        value[key] === undefined ? [] : [`${JSON.stringify(key)}:${canonicalText(value[key])}`],
      );
    return `{${members.join(',')}}`;
  }
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? 'undefined');
}
