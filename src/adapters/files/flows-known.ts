import type { MemoLimits } from '../../core/flow/byte-memo.ts';
import { endpointFromJson, type ShareEndpoint } from '../../core/flow/endpoint.ts';
import { Enums } from '../../core/flow/enums.ts';
import { isObject, type JsonObject } from '../../core/flow/fields.ts';
import { flagsFromJson } from '../../core/flow/layers.ts';
import { interfaceFromJson } from '../../core/flow/more.ts';
import {
  type EventType,
  eventTypeFromJson,
  policiesFromJson,
  serviceFromJson,
} from '../../core/flow/parse.ts';
import type { Flow, FlowEndpoint, FlowMore, FlowPolicy } from '../../core/model/flow.ts';
import { ByteCursor } from './flows-cursor.ts';
import { Remembered } from './flows-remembered.ts';
import { TimeReader } from './flows-time.ts';

/** A cursor, and all that recurs in flows and is read at it. */
export class KnownValues {
  readonly at: ByteCursor = new ByteCursor();
  readonly times: TimeReader = new TimeReader(this.at);
  readonly verdicts: Remembered<Flow['verdict']> = this.enums((enums, name) => enums.verdict(name));
  readonly directions: Remembered<Flow['direction']> = this.enums((enums, name) => enums.direction(name));
  readonly types: Remembered<Flow['type']> = this.enums((enums, name) => enums.flowType(name));
  readonly authTypes: Remembered<string> = this.enums((enums, name) => enums.authType(name));
  readonly texts: Remembered<string> = new Remembered(this.at, (value) => value as string);
  readonly names: Remembered<readonly string[]> = new Remembered(this.at, textsFrom);
  readonly flags: Remembered<readonly string[]> = this.objects(flagsFromJson);
  readonly events: Remembered<EventType> = this.objects(eventTypeFromJson);
  readonly services: Remembered<string> = this.objects(serviceFromJson);
  readonly policies: Remembered<readonly FlowPolicy[]> = new Remembered(this.at, policiesFrom);
  readonly interfaces: Remembered<Required<Pick<FlowMore, 'interface'>>> = this.objects((object) => ({
    interface: interfaceFromJson(object),
  }));
  /** Flows of a node share all that they have more, which mostly is its labels. */
  readonly nodeLabels: Remembered<Required<Pick<FlowMore, 'nodeLabels'>>> = new Remembered(
    this.at,
    nodeLabelsFrom,
  );
  readonly endpoints: Remembered<FlowEndpoint>;

  constructor(share: ShareEndpoint) {
    this.endpoints = this.objects((object) => share(endpointFromJson(object)), ENDPOINT_LIMITS);
  }

  private objects<T>(make: (object: JsonObject) => T, limits?: MemoLimits): Remembered<T> {
    return new Remembered(this.at, (value) => (isObject(value) ? make(value) : undefined), limits);
  }

  /** A constant that is unknown has to be counted, so it is not remembered. */
  private enums<T>(make: (enums: Enums, name: string) => T): Remembered<T> {
    return new Remembered(this.at, (value) => {
      const enums = new Enums();
      const made = make(enums, value as string);
      return enums.unknown.length === 0 ? made : undefined;
    });
  }
}

function textsFrom(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

function nodeLabelsFrom(value: unknown): Required<Pick<FlowMore, 'nodeLabels'>> | undefined {
  const nodeLabels = textsFrom(value);
  return nodeLabels === undefined ? undefined : { nodeLabels };
}

function policiesFrom(value: unknown): readonly FlowPolicy[] | undefined {
  return Array.isArray(value) ? policiesFromJson(value, '') : undefined;
}

/** Enough for the pods of a large cluster; there is nothing in a flow that is dearer to read. */
const ENDPOINT_LIMITS: MemoLimits = { bytes: 48 << 20, entries: 1 << 16 };
