import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'yaml';
import { isMap, type Json, parseJson } from './json.ts';
import { PROTOBUF, readProtobuf } from './protobuf.ts';
import { ApiError, badRequest } from './status.ts';

/** The API server takes no more (apiserver, `DefaultMaxRequestSize`). */
const BODY_MAX = 3 * 1024 * 1024;

/** What was sent: JSON, or YAML. @throws ApiError 400, 413 */
export async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_MAX) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_MAX}`);
    }
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > 0 && request.headers['content-type'] === PROTOBUF) return readProtobuf(bytes);
  const text = bytes.toString('utf8');
  if (text.trim() === '') return null;
  const read = parseJson(text) ?? parseYaml(text, request.headers['content-type']);
  if (read === undefined) {
    throw badRequest(
      'the object provided is unrecognized (must be of type Object): it is neither JSON nor YAML',
    );
  }
  return read;
}

function parseYaml(text: string, contentType: string | undefined): Json | undefined {
  if (contentType?.includes('yaml') !== true) return undefined;
  try {
    const read: unknown = parse(text, { maxAliasCount: 100 });
    // Whatever YAML has beyond JSON is lost here.
    return parseJson(JSON.stringify(read) ?? 'null');
  } catch {
    return undefined;
  }
}

export function answer(response: ServerResponse, code: number, body: Json): void {
  send(response, code, JSON.stringify(body), 'application/json');
}

export function send(response: ServerResponse, code: number, text: string, contentType: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(code, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

/** Answers with what went wrong; what nobody thought of is 500, and never more than a word of it. */
export function answerError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'InternalError', 'Internal error occurred: this is a mistake in the demo cluster');
  for (const [name, value] of Object.entries(known.headers)) {
    if (!response.headersSent) response.setHeader(name, value);
  }
  answer(response, known.code, isMap(known.status) ? known.status : {});
}
