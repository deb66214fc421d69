import { CLUSTER_KINDS, type ClusterKindName, type ClusterObject } from '../../core/model/cluster.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import type { ApiAnswer } from './connection.ts';

/** What the API server says when it does not do what was asked: a `Status`, or text of whoever stands before it. */
export interface ApiStatus {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
  /** Whether it is a `Status` at all. */
  readonly isStatus: boolean;
  /** `details.name` and `details.kind`: empty where the whole resource is unknown. */
  readonly about: string;
}

/** @throws ClusterError `not-kubernetes` for what is no JSON object */
export function jsonOf({ text }: ApiAnswer, server: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ClusterError({ code: 'not-kubernetes', server, detail: beginning(text) });
  }
  const fields = asFields(value);
  if (fields === undefined)
    throw new ClusterError({ code: 'not-kubernetes', server, detail: beginning(text) });
  return fields;
}

export function statusOf({ status, text }: ApiAnswer): ApiStatus {
  let value: Fields = {};
  try {
    value = asFields(JSON.parse(text)) ?? {};
  } catch {
    // Whoever stands before the API server answers in HTML, or in a word.
  }
  const isStatus = value['kind'] === 'Status';
  const details = asFields(value['details']) ?? {};
  const causes = Array.isArray(details['causes']) ? (details['causes'] as readonly unknown[]) : [];
  return {
    isStatus,
    code: typeof value['code'] === 'number' && isStatus ? value['code'] : status,
    reason: textOf(value['reason']),
    message: isStatus ? textOf(value['message']) : beginning(text),
    about: textOf(details['name']),
    causes: causes.map((cause) => {
      const fields = asFields(cause) ?? {};
      return {
        reason: textOf(fields['reason']),
        message: textOf(fields['message']),
        field: textOf(fields['field']),
      };
    }),
  };
}

/** Any answer that is neither what was asked for nor one of the refusals that have a meaning. */
export function unexpected(answer: ApiAnswer, server: string): ClusterError {
  const { isStatus, code, message } = statusOf(answer);
  if (!isStatus && answer.status < 500) {
    const detail = message === '' ? `it answers ${answer.status}` : `${answer.status}: ${message}`;
    return new ClusterError({ code: 'not-kubernetes', server, detail });
  }
  return new ClusterError({ code: 'server-error', server, status: code, message });
}

/**
 * An item of a list, or of a watch. Items of lists do not say their kind.
 *
 * @throws ClusterError `not-kubernetes` for what is no object of Kubernetes
 */
export function objectOf(
  value: unknown,
  kind: ClusterKindName,
  version: string,
  server: string,
): ClusterObject {
  const fields = asFields(value);
  const metadata = asFields(fields?.['metadata']);
  if (fields === undefined || metadata === undefined || typeof metadata['name'] !== 'string') {
    throw new ClusterError({ code: 'not-kubernetes', server, detail: `a ${kind} without metadata.name` });
  }
  const { group } = CLUSTER_KINDS[kind];
  const { apiVersion, kind: _, ...rest } = fields;
  return {
    apiVersion: typeof apiVersion === 'string' ? apiVersion : group === '' ? version : `${group}/${version}`,
    kind,
    ...rest,
    metadata: trimmed(metadata, kind) as unknown as ClusterObject['metadata'],
  };
}

/** Who manages which field says something of what people write, and is half of what a pod weighs. */
const WRITTEN: ReadonlySet<ClusterKindName> = new Set([
  'Namespace',
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CiliumCIDRGroup',
]);

function trimmed(metadata: Fields, kind: ClusterKindName): Fields {
  if (WRITTEN.has(kind)) return metadata;
  const { managedFields: _, ...rest } = metadata;
  return rest;
}

export type Fields = Readonly<Record<string, unknown>>;

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function beginning(text: string): string {
  return text.trim().split('\n', 1)[0]?.slice(0, 120) ?? '';
}
