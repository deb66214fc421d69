import { dropReasonByCode, dropReasonByName } from '../model/drop-reason.ts';
import { FLOW_VERDICTS, type Flow, type FlowL7, type FlowVerdict } from '../model/flow.ts';

/** A value of an enum that this reader does not know. */
export interface UnknownValue {
  /** The field of Hubble's `flow.Flow`, as `drop_reason_desc`. */
  readonly field: string;
  readonly value: string;
}

type EnumValue = string | number | undefined;

/**
 * Hubble's enums as the model's words, from a constant or a number. What is unknown is kept as unknown, never
 * taken for the nearest known value, and remembered.
 */
export class Enums {
  readonly #unknown: UnknownValue[] = [];

  /** All unknown values seen so far, in order. */
  get unknown(): readonly UnknownValue[] {
    return this.#unknown.length === 0 ? NONE : this.#unknown;
  }

  verdict(value: EnumValue): FlowVerdict {
    if (value === undefined || value === 'VERDICT_UNKNOWN') return 'UNKNOWN';
    const found = typeof value === 'number' ? FLOW_VERDICTS[value] : VERDICTS.get(value);
    return found ?? this.#note('verdict', value, 'UNKNOWN');
  }

  direction(value: EnumValue): Flow['direction'] {
    if (value === 'EGRESS' || value === 2) return 'egress';
    if (value === 'INGRESS' || value === 1) return 'ingress';
    if (value === undefined || value === 0 || value === 'TRAFFIC_DIRECTION_UNKNOWN') return 'unknown';
    return this.#note('traffic_direction', value, 'unknown');
  }

  flowType(value: EnumValue): Flow['type'] {
    if (value === 'L3_L4' || value === 1) return 'L3_L4';
    if (value === 'L7' || value === 2) return 'L7';
    if (value === 'SOCK' || value === 3) return 'SOCK';
    if (value === undefined || value === 0 || value === 'UNKNOWN_TYPE') return 'unknown';
    return this.#note('Type', value, 'unknown');
  }

  l7Type(value: EnumValue): FlowL7['type'] {
    if (value === 'REQUEST' || value === 1) return 'REQUEST';
    if (value === 'RESPONSE' || value === 2) return 'RESPONSE';
    if (value === 'SAMPLE' || value === 3) return 'SAMPLE';
    if (value === undefined || value === 0 || value === 'UNKNOWN_L7_TYPE') return 'UNKNOWN';
    return this.#note('l7.type', value, 'UNKNOWN');
  }

  /** One that is unknown is none of those that a filter can ask for. */
  ipVersion(value: EnumValue): 'IPv4' | 'IPv6' | 'IP_NOT_USED' {
    if (value === 'IPv4' || value === 1) return 'IPv4';
    if (value === 'IPv6' || value === 2) return 'IPv6';
    return 'IP_NOT_USED';
  }

  /** Empty for none. An unknown constant is kept as it is, an unknown number as `AUTH_TYPE_<n>`. */
  authType(value: EnumValue): string {
    if (value === undefined || value === 0 || value === 'DISABLED') return '';
    const name = typeof value === 'number' ? (AUTH_TYPES[value] ?? `AUTH_TYPE_${value}`) : value;
    return AUTH_TYPES.includes(name) ? name : this.#note('auth_type', value, name);
  }

  /**
   * @param desc `drop_reason_desc`
   * @param code `drop_reason`, the older field of the same meaning; 0 for none
   * @returns an empty name and 0 for no reason; `DROP_REASON_<n>` for a number without a name
   */
  dropReason(desc: EnumValue, code: number): { readonly name: string; readonly code: number } {
    const given = desc === undefined || desc === 0 || desc === 'DROP_REASON_UNKNOWN' ? code : desc;
    if (given === 0) return NO_REASON;
    if (typeof given === 'number') {
      const known = dropReasonByCode(given);
      const name = known?.name ?? `DROP_REASON_${given}`;
      if (known === undefined || name.startsWith('DROP_REASON_')) {
        this.#note('drop_reason_desc', given, name);
      }
      return { name, code: given };
    }
    const known = dropReasonByName(given);
    if (known === undefined) this.#note('drop_reason_desc', given, given);
    return { name: given, code: known?.code ?? code };
  }

  #note<T>(field: string, value: string | number, kept: T): T {
    this.#unknown.push({ field, value: String(value) });
    return kept;
  }
}

const NONE: readonly UnknownValue[] = [];
const NO_REASON = { name: '', code: 0 };
const AUTH_TYPES: readonly string[] = ['', 'SPIRE', 'TEST_ALWAYS_FAIL'];
const VERDICTS: ReadonlyMap<string, FlowVerdict> = new Map(
  FLOW_VERDICTS.slice(1).map((name) => [name, name]),
);
