import { createSecureServer, createServer, type Http2Server } from 'node:http2';
import { type AddressInfo, createServer as createListener, type Server, type Socket } from 'node:net';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { answerFlows } from './get-flows.ts';
import { relayServices } from './services.ts';
import { RelayState } from './state.ts';
import type { Relay, RelayFaults, RelayOptions } from './types.ts';

const GET_FLOWS = '/observer.Observer/GetFlows';

/** Starts a relay, and resolves when it listens. */
export async function startRelay(options: RelayOptions = {}): Promise<Relay> {
  const server = new RelayServer(options);
  await server.listen();
  return server;
}

class RelayServer implements Relay {
  private readonly options: RelayOptions;
  private readonly state: RelayState;
  private readonly http: Http2Server;
  private readonly connections = new Set<Socket>();
  private listener: Server | undefined;
  private boundPort = 0;

  constructor(options: RelayOptions) {
    this.options = options;
    this.state = new RelayState(options);
    this.http = httpServer(options, this.state);
  }

  get port(): number {
    return this.boundPort;
  }

  get address(): string {
    const { host = LOOPBACK, socketPath } = this.options;
    return socketPath === undefined ? `${host}:${this.boundPort}` : `unix://${socketPath}`;
  }

  push(event: object): void {
    this.state.push(event);
  }

  private accept(connection: Socket): void {
    this.connections.add(connection);
    connection.on('close', () => this.connections.delete(connection));
    connection.on('error', () => connection.destroy());
    const { isGarbage, isSilent, isRefusing } = this.state.faults;
    if (isRefusing === true) connection.destroy();
    else if (isGarbage === true) connection.end(GARBAGE);
    else if (isSilent === true) connection.resume();
    else this.http.emit('connection', connection);
  }

  inject(faults: RelayFaults): void {
    const wasRefusing = this.state.faults.isRefusing === true;
    this.state.faults = faults;
    if (faults.isRefusing === true) void this.stopListening();
    else if (wasRefusing) void this.listen();
    this.state.wakeAll();
  }

  async restart({ isRingKept = false }: { readonly isRingKept?: boolean } = {}): Promise<void> {
    await this.stop();
    this.state.restart(isRingKept);
    if (this.state.faults.isRefusing !== true) await this.listen();
  }

  async close(): Promise<void> {
    await this.stop();
    this.http.close();
  }

  listen(): Promise<void> {
    const { host = LOOPBACK, port = 0, socketPath } = this.options;
    const listener = createListener((socket: Socket) => {
      socket.setNoDelay(true);
      this.accept(socket);
    });
    this.listener = listener;
    return new Promise((resolve, reject) => {
      listener.once('error', reject);
      const done = (): void => {
        if (socketPath === undefined) this.boundPort = (listener.address() as AddressInfo).port;
        resolve();
      };
      if (socketPath !== undefined) listener.listen(socketPath, done);
      // After a restart, on the same port again.
      else listener.listen(this.boundPort === 0 ? port : this.boundPort, host, done);
    });
  }

  private async stop(): Promise<void> {
    const stopped = this.stopListening();
    for (const connection of this.connections) connection.destroy();
    await stopped;
  }

  private stopListening(): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    return new Promise((resolve) => {
      if (listener === undefined) resolve();
      else listener.close(() => resolve());
    });
  }
}

function httpServer({ tls }: RelayOptions, state: RelayState): Http2Server {
  const others = connectNodeAdapter({ routes: (router) => relayServices(router, state) });
  const settings = { settings: { initialWindowSize: 1024 * 1024 } };
  const server =
    tls === undefined
      ? createServer(settings)
      : createSecureServer({
          ...settings,
          key: tls.key,
          cert: tls.cert,
          ...(tls.clientCa === undefined
            ? {}
            : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
        });
  server.on('request', (request, response) => {
    if (request.url === GET_FLOWS && request.method === 'POST') void answerFlows(response, state);
    else others(request, response);
  });
  // Clients that speak something else, or hang up: of no interest here.
  server.on('sessionError', () => {});
  server.on('error', () => {});
  return server;
}

const LOOPBACK = '127.0.0.1';
const GARBAGE = 'SSH-2.0-OpenSSH_9.6\r\nneither HTTP nor TLS\r\n';
