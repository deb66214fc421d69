import type { JsonMap } from './json.ts';

/** A refusal, in Kubernetes' words and numbers (k8s.io/apimachinery, api/errors/errors.go, v0.32). */
export class ApiError extends Error {
  readonly status: JsonMap;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    reason: string,
    message: string,
    more: { readonly details?: JsonMap; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.headers = more.headers ?? {};
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(more.details === undefined ? {} : { details: more.details }),
      code,
    };
  }
}

/** What an error is about: the kind by its plural, with its group. */
export interface Subject {
  readonly group: string;
  readonly plural: string;
}

export function qualified({ group, plural }: Subject): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export function notFound(subject: Subject, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(subject)} "${name}" not found`, {
    details: detailsOf(subject, name),
  });
}

export function noSuchPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });
}

export function alreadyExists(subject: Subject, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${qualified(subject)} "${name}" already exists`, {
    details: detailsOf(subject, name),
  });
}

/** Somebody else wrote it in the meantime. */
export function stale(subject: Subject, name: string): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(subject)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    { details: detailsOf(subject, name) },
  );
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

export function forbidden(message: string, subject: Subject, name: string): ApiError {
  return new ApiError(403, 'Forbidden', message, { details: detailsOf(subject, name) });
}

/** A field that must not be as it is. */
export function invalid(
  kind: string,
  group: string,
  name: string,
  causes: readonly { readonly field: string; readonly message: string }[],
): ApiError {
  const text = causes.map(({ field, message }) => `${field}: ${message}`).join(', ');
  return new ApiError(
    422,
    'Invalid',
    `${group === '' ? kind : `${kind}.${group}`} "${name}" is invalid: ${causes.length > 1 ? `[${text}]` : text}`,
    {
      details: {
        name,
        ...(group === '' ? {} : { group }),
        kind,
        causes: causes.map(({ field, message }) => ({ reason: 'FieldValueInvalid', message, field })),
      },
    },
  );
}

/** What a watch or a `continue` asks for is not kept any more. */
export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function unsupportedMediaType(message: string): ApiError {
  return new ApiError(415, 'UnsupportedMediaType', message);
}

function detailsOf({ group, plural }: Subject, name: string): JsonMap {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural };
}
