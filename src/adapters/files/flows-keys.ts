import { type ByteCursor, literal } from './flows-cursor.ts';

/** The members of Hubble's `flow.Flow` in the order in which it writes them; `false` is one that no `Flow` keeps. */
const MEMBERS = {
  time: true,
  uuid: true,
  emitter: false,
  verdict: true,
  drop_reason: true,
  ethernet: false,
  IP: true,
  l4: true,
  source: true,
  destination: true,
  Type: true,
  node_name: true,
  node_labels: true,
  source_names: true,
  destination_names: true,
  l7: true,
  reply: true,
  event_type: true,
  source_service: true,
  destination_service: true,
  traffic_direction: true,
  policy_match_type: true,
  trace_observation_point: false,
  trace_reason: false,
  file: false,
  ip_trace_id: true,
  drop_reason_desc: true,
  is_reply: true,
  debug_capture_point: false,
  interface: true,
  proxy_port: false,
  trace_context: true,
  sock_xlate_point: false,
  socket_cookie: false,
  cgroup_id: false,
  auth_type: true,
  tunnel: false,
  egress_allowed_by: true,
  ingress_allowed_by: true,
  egress_denied_by: true,
  ingress_denied_by: true,
  policy_log: false,
  Summary: true,
} as const;

type Members = typeof MEMBERS;
/** A member that is read. */
export type FlowKey = { [K in keyof Members]: Members[K] extends true ? K : never }[keyof Members];

export const MEMBER_NAMES: readonly (keyof Members)[] = Object.keys(MEMBERS) as (keyof Members)[];

/** Behind the numbers of members: a name that nothing reads, and one that only the careful reader can judge. */
export const OTHER_MEMBER = -1;
export const UNSURE_MEMBER = -2;

/**
 * Finds out which member of a flow stands at a cursor. It expects the order of Hubble's own writer, looks at all
 * others when that fails, and notices a member that comes twice.
 */
export class KeyReader {
  private readonly seen = new Int32Array(MEMBER_NAMES.length);
  private turn = 0;
  private next = 0;

  /** Begins another object. */
  begin(): void {
    this.turn += 1;
    this.next = 0;
  }

  /**
   * Moves the cursor from the quote before a key to the value behind it.
   * @returns the member's place in `MEMBER_NAMES`, or one of the two numbers above
   */
  read(cursor: ByteCursor): number {
    const { pos } = cursor;
    if (pos + 4 > cursor.end) return UNSURE_MEMBER;
    const word = cursor.view.getInt32(pos, true);
    for (let i = this.next; i < WORDS.length; i += 1) {
      if (WORDS[i] === word && cursor.take(PATTERNS[i]!)) return this.known(i);
    }
    for (let i = 0; i < this.next; i += 1) {
      if (WORDS[i] === word && cursor.take(PATTERNS[i]!)) return this.known(i);
    }
    return this.unknown(cursor);
  }

  /** Whether the object at hand has the member. */
  has(name: FlowKey): boolean {
    return this.seen[PLACES.get(name)!] === this.turn;
  }

  private known(i: number): number {
    this.next = i + 1;
    if (this.seen[i] === this.turn) return UNSURE_MEMBER;
    this.seen[i] = this.turn;
    return i;
  }

  private unknown(cursor: ByteCursor): number {
    const from = cursor.pos;
    const isPlain = cursor.string();
    const to = cursor.pos - 1;
    if (!isPlain || !cursor.take(COLON)) return UNSURE_MEMBER;
    return OTHER_NAMES.has(cursor.text(from + 1, to)) ? UNSURE_MEMBER : OTHER_MEMBER;
  }
}

const PLACES: ReadonlyMap<string, number> = new Map(MEMBER_NAMES.map((name, i) => [name, i]));
const PATTERNS: readonly DataView[] = MEMBER_NAMES.map((name) => literal(`"${name}":`));
const WORDS: readonly number[] = PATTERNS.map((pattern) => pattern.getInt32(0, true));
const COLON: DataView = literal(':');

/** Names that mean something to the careful reader, and are no members in Hubble's own spelling. */
const OTHER_NAMES: ReadonlySet<string> = new Set([
  ...MEMBER_NAMES.filter(isRead)
    .map(camelCase)
    .filter((name) => !Object.hasOwn(MEMBERS, name)),
  'flow',
  'lost_events',
  'lostEvents',
  'node_status',
  'nodeStatus',
  'agent_event',
  'agentEvent',
  'debug_event',
  'debugEvent',
  'aggregate',
]);

function isRead(name: keyof Members): name is FlowKey {
  return MEMBERS[name];
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
