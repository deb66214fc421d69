export interface RelayOptions {
  /** Defaults to the loopback. */
  readonly host?: string;
  /** Defaults to any that is free. Not used with `socketPath`. */
  readonly port?: number;
  /** Listens on a Unix socket, as an agent does. */
  readonly socketPath?: string;
  /** Speaks TLS; with `clientCa` it wants a client's certificate of that authority. All in PEM. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientCa?: string };
  /** How many events are kept. Hubble's own default is 4095. */
  readonly ringSize?: number;
  /** The Cilium that it pretends to be of. */
  readonly version?: string;
  /** Names as `cluster/node`. Nodes that events name are added. */
  readonly nodes?: readonly string[];
  /** Milliseconds since 1970. Defaults to the machine's clock. */
  readonly now?: () => number;
  /** An agent: it tells nothing of nodes, and knows no method GetNodes. */
  readonly isAgent?: boolean;
}

/** What goes wrong, until something else is injected; an empty object is a relay without faults. */
export interface RelayFaults {
  /** Waits so long before each event. */
  readonly slowMs?: number;
  /** Destroys the connection after so many events of a stream. */
  readonly cutAfter?: number;
  /** Ends the stream with OK after so many events, as a relay does that is shut down in peace. */
  readonly endAfter?: number;
  /** Takes no connection: they are refused. */
  readonly isRefusing?: boolean;
  /** Answers each new connection with bytes that are no HTTP. */
  readonly isGarbage?: boolean;
  /** Takes each connection and says nothing at all. */
  readonly isSilent?: boolean;
  /** Sends frames that hold no protobuf, after so many events of a stream. */
  readonly garbageAfter?: number;
  /** Ends every call with this status of gRPC: 7 PERMISSION_DENIED, 14 UNAVAILABLE, 16 UNAUTHENTICATED, … */
  readonly status?: { readonly code: number; readonly message: string };
  /** Nodes that the relay cannot reach: their events are not told, and the stream says that they are unavailable. */
  readonly unavailableNodes?: readonly string[];
  /**
   * A relay of before 1.13: it ignores filters and the field mask that it does not know (fields above 29), and has
   * no method GetNamespaces.
   */
  readonly isOld?: boolean;
}

/** A Hubble relay in this process. */
export interface Relay {
  /** `127.0.0.1:4245`, or `unix:///run/x.sock`: what `hubble --server` takes. */
  readonly address: string;
  /** The port alone; 0 for a Unix socket. */
  readonly port: number;
  /**
   * Tells an event: the JSON that `hubble observe -o jsonpb` prints, `{ "flow": {…}, "node_name": …, "time": … }`,
   * with `node_status` or `lost_events` instead of `flow`, or a flow alone. Events come in the order of their time.
   * @throws an Error for what is no such event
   */
  push(event: object): void;
  inject(faults: RelayFaults): void;
  /** Ends all connections, and begins again on the same address. The ring is lost, unless it is to be kept. */
  restart(options?: { readonly isRingKept?: boolean }): Promise<void>;
  close(): Promise<void>;
}
