import { Buffer } from 'node:buffer';
import { createServer, type Http2ServerResponse, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { fromBinary, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { framed } from '../../src/adapters/hubble/frames.ts';
import { GetFlowsRequestSchema, GetFlowsResponseSchema } from '../../src/adapters/hubble/gen/observer_pb.js';
import { flowLines } from './flow-file.ts';

/** Flows as messages of `observer.GetFlowsResponse`. */
export function encodedFlows(flows: number): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (const line of flowLines({ flows })) {
    const response = fromJson(GetFlowsResponseSchema, JSON.parse(line) as JsonValue);
    messages.push(Buffer.from(toBinary(GetFlowsResponseSchema, response)));
  }
  return messages;
}

/** Flows that are written at once: some 64 kB, as a busy relay does. */
const AT_ONCE = 64;

/**
 * A server that only tells flows, which were encoded before: the same ones again and again, as fast as the client takes
 * them, up to the number that is asked for or without end. So what is measured is the client.
 *
 * @returns its address
 */
export function serveFlows(messages: readonly Buffer[]): Promise<string> {
  const chunks: Buffer[] = [];
  for (let i = 0; i < messages.length; i += AT_ONCE) {
    chunks.push(Buffer.concat(messages.slice(i, i + AT_ONCE).map(framed)));
  }
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { number, follow } = fromBinary(GetFlowsRequestSchema, Buffer.concat(parts).subarray(5));
      response.writeHead(200, { 'content-type': 'application/grpc+proto' });
      const flows = follow ? Number.POSITIVE_INFINITY : Number(number);
      void answer(response, chunks, Math.ceil(flows / AT_ONCE));
    });
  });
  server.on('sessionError', () => {});
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

async function answer(reply: Http2ServerResponse, chunks: readonly Buffer[], count: number): Promise<void> {
  await tell(reply.stream, chunks, count);
  if (reply.stream.destroyed) return;
  reply.addTrailers({ 'grpc-status': '0' });
  reply.end();
}

async function tell(stream: ServerHttp2Stream, chunks: readonly Buffer[], count: number): Promise<void> {
  for (let i = 0; i < count && !stream.destroyed; i += 1) {
    if (stream.write(chunks[i % chunks.length])) continue;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        stream.off('drain', wake);
        stream.off('close', wake);
        resolve();
      };
      stream.on('drain', wake);
      stream.on('close', wake);
    });
  }
}
