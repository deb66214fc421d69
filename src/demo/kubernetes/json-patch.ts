import { isList, isMap, isSame, type Json, member, textAt, withMember } from './json.ts';
import { ApiError, badRequest } from './status.ts';

/** More operations than this are refused, as the API server does. */
const OPERATIONS_MAX = 10_000;

/** RFC 6902. @throws ApiError 400 where it is no patch, 422 where it does not fit the object */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!isList(patch)) throw badRequest('error decoding patch: a JSON patch must be a list of operations');
  if (patch.length > OPERATIONS_MAX) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`,
    );
  }
  return patch.reduce<Json>(operate, target);
}

function operate(target: Json, operation: Json): Json {
  const path = pointer(textAt(operation, 'path'));
  const value = member(operation, 'value');
  switch (textAt(operation, 'op')) {
    case 'add':
      return put(target, path, required(value), 'add');
    case 'replace':
      existing(lookUp(target, path), path);
      return put(target, path, required(value), 'replace');
    case 'remove':
      existing(lookUp(target, path), path);
      return put(target, path, undefined, 'replace');
    case 'test': {
      if (!isSame(lookUp(target, path) ?? null, value ?? null))
        throw unfit(`testing value ${printed(path)} failed`);
      return target;
    }
    case 'copy':
    case 'move': {
      const from = pointer(textAt(operation, 'from'));
      const found = existing(lookUp(target, from), from);
      const isMove = textAt(operation, 'op') === 'move';
      const rest = isMove ? put(target, from, undefined, 'replace') : target;
      return put(rest, path, found, 'add');
    }
    default:
      throw badRequest(`error decoding patch: unexpected kind: ${textAt(operation, 'op')}`);
  }
}

type Pointer = readonly string[];

function pointer(text: string): Pointer {
  if (text === '') return [];
  if (!text.startsWith('/')) throw badRequest('error decoding patch: a path must begin with /');
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lookUp(target: Json | undefined, [step, ...rest]: Pointer): Json | undefined {
  if (step === undefined) return target;
  return lookUp(isList(target) ? target[indexIn(target, step) ?? -1] : member(target, step), rest);
}

/** @param value undefined takes it away */
function put(target: Json, [step, ...rest]: Pointer, value: Json | undefined, mode: 'add' | 'replace'): Json {
  if (step === undefined) return required(value);
  const isLast = rest.length === 0;
  if (isList(target)) {
    if (isLast && mode === 'add' && value !== undefined) {
      const index = step === '-' ? target.length : (indexIn(target, step, target.length) ?? -1);
      if (index < 0) throw unfit(`index ${step} is not within the list`);
      return target.toSpliced(index, 0, value);
    }
    const index = indexIn(target, step) ?? -1;
    const item = existing(target[index], [step]);
    if (isLast && value === undefined) return target.toSpliced(index, 1);
    return target.with(index, isLast ? required(value) : put(item, rest, value, mode));
  }
  if (!isMap(target)) throw unfit(`there is no ${step} in a plain value`);
  if (isLast) return withMember(target, step, value);
  return withMember(target, step, put(existing(member(target, step), [step]), rest, value, mode));
}

function indexIn(list: readonly Json[], step: string, max: number = list.length - 1): number | undefined {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(step)) return undefined;
  const index = Number(step);
  return index <= max ? index : undefined;
}

function existing(value: Json | undefined, path: Pointer): Json {
  if (value === undefined) throw unfit(`unable to find ${printed(path)}: missing value`);
  return value;
}

function required(value: Json | undefined): Json {
  if (value === undefined) throw badRequest('error decoding patch: an operation has no value');
  return value;
}

function printed(path: Pointer): string {
  return `/${path.join('/')}`;
}

function unfit(message: string): ApiError {
  return new ApiError(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${message}`,
  );
}
