import type { FlowDecision } from '../../diagnose/index.ts';
import type { FlowEvent } from '../../flow/event.ts';
import { isObject, type JsonObject } from '../../flow/fields.ts';
import { BY_ENGINE_LABEL } from '../../flow/parse.ts';
import { placeText } from '../words/policy.ts';

/**
 * The event as Hubble's `-o jsonpb` prints it, on one line, for Hubble's own tools. Policies that our engine names go
 * into Hubble's own lists, only where these are empty, each with labels that say so; readers of ours leave them out.
 */
export function jsonLine(
  event: Exclude<FlowEvent, { readonly kind: 'gap' }>,
  decision: FlowDecision | undefined,
): string {
  const object = event.json();
  const told = decision === undefined ? object : withDecision(object, decision);
  return `${JSON.stringify(told).replaceAll(UNSAFE, escaped)}\n`;
}

/** @param object Hubble's `GetFlowsResponse` */
export function withDecision(object: JsonObject, decision: FlowDecision): JsonObject {
  const { flow } = object;
  const { verdict, direction, by, reason, isAsRecorded } = decision;
  if (!isObject(flow) || by.length === 0 || verdict === 'undecidable') return object;
  const proto = `${direction}_${verdict}_by`;
  const camel = verdict === 'denied' ? `${direction}DeniedBy` : `${direction}AllowedBy`;
  const given = flow[proto] ?? flow[camel];
  if (Array.isArray(given) && given.length > 0) return object;
  const policies = by.map(({ policy, place }) => ({
    name: policy.name,
    ...(policy.namespace === '' ? {} : { namespace: policy.namespace }),
    labels: [
      BY_ENGINE_LABEL,
      `propolis:how=${reason}`,
      `propolis:place=${placeText(place)}`,
      ...(isAsRecorded === false ? ['propolis:recorded=otherwise'] : []),
    ],
    kind: policy.kind,
  }));
  return { ...object, flow: { ...flow, [proto]: policies } };
}

// What Go escapes for HTML, and what a terminal would obey: the same JSON either way.
const UNSAFE = /[<>&\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\udb40[\udc00-\udc7f]/g;

function escaped(characters: string): string {
  return characters
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
