import { Buffer } from 'node:buffer';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { flowLines } from '../../../bench/lib/flow-file.ts';
import { aFlow, flowToJson } from '../../../test/contracts/flow-json.ts';
import type { Flow, FlowReadCounts } from '../../core/model/flow.ts';
import { FlowFileError, type FlowFileOptions, flowsFromFiles } from './flows.ts';

const folder = await mkdtemp(join(tmpdir(), 'propolis-flow-shapes-'));
afterAll(() => rm(folder, { recursive: true }));

interface Read {
  readonly flows: readonly Flow[];
  readonly counts: FlowReadCounts;
}

async function readAll(paths: readonly string[], options: FlowFileOptions = {}): Promise<Read> {
  const source = flowsFromFiles(paths, options);
  const flows: Flow[] = [];
  for await (const batch of source.batches()) flows.push(...batch);
  return { flows, counts: source.counts() };
}

/** Reads bytes from standard input, in the pieces given. */
function readPieces(pieces: readonly Uint8Array[], options: FlowFileOptions = {}): Promise<Read> {
  return readAll(['-'], { ...options, stdin: Readable.from(pieces.map((piece) => Buffer.from(piece))) });
}

function read(text: string | Uint8Array, options: FlowFileOptions = {}): Promise<Read> {
  return readPieces([Buffer.from(text as string)], options);
}

const ONE = aFlow({ uuid: 'one' });
const TWO = aFlow({ uuid: 'two', summary: 'a "quoted" {brace} <tag>' });
const line1 = JSON.stringify(flowToJson(ONE));
const line2 = goJson(flowToJson(TWO));
const LOST = '{"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"42"},"node_name":"n1"}';
const STATUS = '{"node_status":{"state_change":"NODE_UNAVAILABLE","node_names":["n2"]},"node_name":"relay"}';
const AGENT = '{"agent_event":{"type":"POLICY_UPDATED","policy_update":{"revision":"9"}},"node_name":"n1"}';

/** JSON as Go prints it. */
function goJson(value: object): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026');
}

function pretty(text: string): string {
  return JSON.stringify(JSON.parse(text), undefined, 2);
}

function bare(text: string): string {
  return JSON.stringify((JSON.parse(text) as { readonly flow: object }).flow);
}

const CRI = '2026-03-01T10:00:00.000000001Z stdout';
const logfmt = (text: string): string => `level=info msg=${JSON.stringify(text)} subsys=hubble`;
const docker = (text: string): string =>
  JSON.stringify({ log: text, stream: 'stdout', time: '2026-03-01T10:00:00Z' });

const SHAPES: readonly { readonly name: string; readonly text: string | Uint8Array }[] = [
  { name: 'wrapped lines', text: `${line1}\n${line2}\n` },
  { name: 'lines without a line feed at the end', text: `${line1}\n${line2}` },
  { name: 'lines with carriage returns', text: `${line1}\r\n${line2}\r\n` },
  { name: 'blank lines between', text: `\n${line1}\n\n  \n${line2}\n\n` },
  { name: 'a byte order mark', text: `\ufeff${line1}\n${line2}\n` },
  {
    name: 'UTF-16 as PowerShell redirects it',
    text: Buffer.from(`\ufeff${line1}\r\n${line2}\r\n`, 'utf16le'),
  },
  { name: 'bare flows', text: `${bare(line1)}\n${bare(line2)}\n` },
  { name: 'lines with spaces', text: `${line1.replaceAll('":', '": ')}\n  ${line2}\n` },
  { name: 'a compact array', text: `[${line1},${line2}]` },
  { name: 'an array with one element a line', text: `[\n${line1},\n${line2}\n]\n` },
  { name: 'a formatted array', text: pretty(`[${line1},${line2}]`) },
  {
    name: 'an array formatted without indentation',
    text: JSON.stringify([JSON.parse(line1), JSON.parse(line2)], undefined, ' ').replaceAll(/^ +/gm, ''),
  },
  { name: 'formatted objects one after another', text: `${pretty(line1)}\n${pretty(line2)}\n` },
  { name: 'lines, then formatted objects', text: `${line1}\n${pretty(line2)}` },
  { name: 'an array, then a line', text: `[${line1}]\n${line2}\n` },
  { name: 'two arrays', text: `[${line1}]\n[\n  ${line2}\n]` },
  { name: 'gzip', text: gzipSync(`${line1}\n${line2}\n`) },
  { name: 'gzip in two members', text: Buffer.concat([gzipSync(`${line1}\n`), gzipSync(line2)]) },
  { name: 'zstd', text: zstdCompressSync(`${line1}\n${line2}\n`) },
  { name: 'a packed array', text: gzipSync(pretty(`[${line1},${line2}]`)) },
  { name: 'lines of a container runtime', text: `${CRI} F ${line1}\n${CRI} F ${line2}\n` },
  {
    name: 'lines that a container runtime split',
    text: `${CRI} P ${line1.slice(0, 90)}\n${CRI} P ${line1.slice(90, 200)}\n${CRI} F ${line1.slice(200)}\n${CRI} F ${line2}\n`,
  },
  {
    name: "Docker's JSON, with a line that it split",
    text: `${docker(line1.slice(0, 99))}\n${docker(`${line1.slice(99)}\n`)}\n${docker(`${line2}\n`)}\n`,
  },
  { name: 'logfmt', text: `${logfmt(line1)}\n${logfmt(line2)}\n` },
  {
    name: 'logfmt in lines of a container runtime',
    text: `${CRI} F ${logfmt(line1)}\n${CRI} F ${logfmt(line2)}\n`,
  },
  {
    name: 'lines with the prefix of kubectl',
    text: `[pod/cilium-x/agent] ${line1}\n[pod/cilium-x/agent] 2026-03-01T10:00:00Z ${line2}`,
  },
  {
    name: "a shipper's JSON",
    text: `${JSON.stringify({ ts: 1, line: line1 })}\n${JSON.stringify({ message: line2 })}\n`,
  },
];

describe('reading a file of flows', () => {
  it.each(SHAPES)('reads $name', async ({ text }) => {
    const { flows, counts } = await read(text);
    expect(flows).toEqual([ONE, TWO]);
    expect(counts).toMatchObject({ flows: 2, lost: 0, otherEvents: 0, skipped: [], unknownValues: [] });
  });

  it('reads the same however the bytes come', async () => {
    const shape = fc.constantFrom(...SHAPES);
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
        async (shape, sizes) => {
          const bytes = Buffer.from(shape.text as string);
          const pieces: Uint8Array[] = [];
          for (let at = 0, i = 0; at < bytes.length; i += 1) {
            const size = sizes[i % sizes.length]!;
            pieces.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(await readPieces(pieces)).toEqual(await read(shape.text));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads one byte at a time', async () => {
    for (const { text } of SHAPES) {
      const bytes = Buffer.from(text as string);
      const pieces = Array.from({ length: bytes.length }, (_, i) => bytes.subarray(i, i + 1));
      expect((await readPieces(pieces)).flows).toEqual([ONE, TWO]);
    }
  });

  it('counts lines from 1, and events that are no flows', async () => {
    const { flows, counts } = await read(`${STATUS}\n${line1}\n${LOST}\n${AGENT}\n${LOST}\n`);
    expect(flows).toEqual([ONE]);
    expect(counts).toEqual({ lines: 5, flows: 1, lost: 84, otherEvents: 2, skipped: [], unknownValues: [] });
  });

  it('hands out one object for ends that look the same, in whatever file and form they come', async () => {
    const [a, b] = [join(folder, 'ends-a.json'), join(folder, 'ends-b.json')];
    await writeFile(a, `${line1}\n${pretty(line1)}\n`);
    await writeFile(b, gzipSync(line1));
    const { flows } = await readAll([a, b]);
    expect(new Set(flows.map((flow) => flow.source)).size).toBe(1);
    expect(flows).toHaveLength(3);
  });

  it('reads several files in their order, and says of which file a line is', async () => {
    const [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')];
    await writeFile(a, `${line2}\noops\n`);
    await writeFile(b, `${line1}\n\noops\noops`);
    const { flows, counts } = await readAll([a, b]);
    expect(flows).toEqual([TWO, ONE]);
    expect(counts.lines).toBe(6);
    expect(counts.skipped).toEqual([
      { reason: 'not-json', count: 1, file: a, firstLine: 2, sample: 'oops' },
      { reason: 'not-json', count: 2, file: b, firstLine: 3, sample: 'oops' },
    ]);
  });

  it('counts unknown values of enums, and keeps the flows', async () => {
    const odd = line1
      .replace('"DROPPED"', '"PONDERED"')
      .replace('"POLICY_DENIED"', '300')
      .replace(':133,"IP"', ':300,"IP"');
    const { flows, counts } = await read(`${odd}\n${line1}\n${odd}\n`);
    expect(flows.map((flow) => [flow.verdict, flow.dropReason])).toEqual([
      ['UNKNOWN', 'DROP_REASON_300'],
      ['DROPPED', 'POLICY_DENIED'],
      ['UNKNOWN', 'DROP_REASON_300'],
    ]);
    expect(counts.unknownValues).toEqual([
      { field: 'drop_reason_desc', value: '300', count: 2 },
      { field: 'verdict', value: 'PONDERED', count: 2 },
    ]);
  });

  it('reads lines far over 64 KiB', async () => {
    const long = aFlow({ summary: 'x'.repeat(3_000_000) });
    const { flows, counts } = await read(`${line1}\n${JSON.stringify(flowToJson(long))}\n${line2}\n`);
    expect(flows).toEqual([ONE, long, TWO]);
    expect(counts.lines).toBe(3);
  });

  it('reads a large file from the disk', async () => {
    const path = join(folder, 'large');
    const lines = [...flowLines({ flows: 3000 })];
    await writeFile(path, lines.join(''));
    const { flows, counts } = await readAll([path]);
    expect(counts).toMatchObject({ lines: 3000, flows: 3000, skipped: [] });
    expect(flows.map((flow) => flow.uuid)).toEqual(lines.map((line) => /"uuid":"([^"]+)"/.exec(line)?.[1]));
  });

  it('reads an empty file as no lines', async () => {
    expect((await read('')).counts).toEqual({
      lines: 0,
      flows: 0,
      lost: 0,
      otherEvents: 0,
      skipped: [],
      unknownValues: [],
    });
  });
});

describe('what is not understood', () => {
  it.each([
    { name: 'a line that is no JSON', text: 'hello\n', reason: 'not-json', firstLine: 2, sample: 'hello' },
    {
      name: "the compact text of hubble's own output",
      text: 'Nov 23 09:00:00.000: shop/web-1:1 (ID:1001) <> shop/db-0:5432 (ID:1002) Policy denied DROPPED\n',
      reason: 'not-json',
      firstLine: 2,
      sample: 'Nov 23 09:00:00.000: shop/web-1:1 (ID:1001) <> shop/db-0:5432 (ID:1002) Policy…',
    },
    {
      name: 'control characters',
      text: 'a\u001b[31mb\u0007\n',
      reason: 'not-json',
      firstLine: 2,
      sample: 'a\\u001b[31mb\\u0007',
    },
    {
      name: 'a line that was cut in the middle of the file',
      text: `${line1.slice(0, 50)}\n`,
      reason: 'not-json',
      firstLine: 2,
      sample: line1.slice(0, 50),
    },
    {
      name: 'a file that ends in a line',
      text: '{"flow":{"ver',
      reason: 'cut-off',
      firstLine: 2,
      sample: '{"flow":{"ver',
    },
    {
      name: 'a formatted object that ends early',
      text: '{\n  "flow": {\n',
      reason: 'cut-off',
      firstLine: 2,
      sample: '{ "flow": {',
    },
    {
      name: 'an array that is never closed',
      text: '[\n{"lost_events":{}}\n',
      reason: 'cut-off',
      firstLine: 4,
      sample: '',
    },
    {
      name: 'the half of a split line',
      text: `${CRI} P {"flow":\n`,
      reason: 'cut-off',
      firstLine: 2,
      sample: '',
    },
    {
      name: 'JSON of another program',
      text: '{"level":"info","msg":"ready"}\n',
      reason: 'not-a-flow',
      firstLine: 2,
      sample: '{"level":"info","msg":"ready"}',
    },
    {
      name: 'the JSON log of another program, with braces in its message',
      text: '{"level":"info","msg":"rule {a}"}\n',
      reason: 'not-a-flow',
      firstLine: 2,
      sample: '{"level":"info","msg":"rule {a}"}',
    },
    {
      name: 'a number in an array',
      text: '[{"lost_events":{}},7]\n',
      reason: 'not-json',
      firstLine: 2,
      sample: '7',
    },
    {
      name: 'closing brackets in an array',
      text: '[{"lost_events":{}},}]\n',
      reason: 'not-json',
      firstLine: 2,
      sample: '}',
    },
    {
      name: 'a log line with braces',
      text: 'level=info msg="{not json}"\n',
      reason: 'not-json',
      firstLine: 2,
      sample: 'level=info msg="{not json}"',
    },
    {
      name: 'a flow with a wrong field',
      text: '{"flow":{"uuid":7}}\n',
      reason: 'bad-field',
      firstLine: 2,
      sample: '{"flow":{"uuid":7}}',
      field: 'uuid',
    },
  ])('counts $name, and reads on', async ({ text, reason, firstLine, sample, field }) => {
    const { flows, counts } = await read(`${line1}\n${text}`);
    expect(flows).toEqual([ONE]);
    const entry = {
      reason,
      count: 1,
      file: '<stdin>',
      firstLine,
      sample,
      ...(field === undefined ? {} : { field }),
    };
    expect(counts.skipped).toEqual([entry]);
    if (text.endsWith('\n') && reason !== 'cut-off') {
      expect((await read(`${line1}\n${text}${line2}\n`)).flows).toEqual([ONE, TWO]);
    }
  });

  it('loses no line to a formatted object that was cut off before it', async () => {
    const cut = pretty(line1).slice(0, 300);
    const { flows, counts } = await read(`${cut}\n${line2}\n${cut}\n${pretty(line2)}\n`);
    expect(flows).toEqual([TWO, TWO]);
    expect(counts.skipped.map(({ reason, count, firstLine }) => [reason, count, firstLine])).toEqual([
      ['cut-off', 2, 1],
    ]);
  });

  it('passes over records beyond the limit, in lines and in arrays, and keeps its place', async () => {
    const long = JSON.stringify(flowToJson(aFlow({ summary: 'x"{['.repeat(5000) })));
    const limit = { maxLineBytes: 4000 };
    for (const text of [`${line1}\n${long}\n${line2}\n`, `[${line1}\n,${long}\n,${line2}]\n`]) {
      const pieces = Array.from({ length: Math.ceil(text.length / 777) }, (_, i) =>
        Buffer.from(text.slice(i * 777, i * 777 + 777)),
      );
      const { flows, counts } = await readPieces(pieces, limit);
      expect(flows).toEqual([ONE, TWO]);
      expect(counts.lines).toBe(3);
      expect(counts.skipped).toEqual([
        {
          reason: 'too-long',
          count: 1,
          file: '<stdin>',
          firstLine: 2,
          sample: `${long.slice(0, 79)}…`,
        },
      ]);
    }
  });

  it.each([1, 2, 3])('keeps all that a cut-off gzip still holds (%i)', async (part) => {
    const lines = [...flowLines({ flows: 2000 })];
    const packed = gzipSync(lines.join(''));
    const { flows, counts } = await read(packed.subarray(0, Math.floor((packed.length * part) / 4)));
    expect(flows.length).toBeGreaterThan(300 * part);
    expect(flows.at(-1)?.uuid).toBe(/"uuid":"([^"]+)"/.exec(lines[flows.length - 1]!)?.[1]);
    expect(counts.skipped).toEqual([
      expect.objectContaining({ reason: 'cut-off', count: 1, firstLine: flows.length + 1 }),
    ]);
  });

  it('keeps what a cut-off zstd still holds', async () => {
    const lines = [...flowLines({ flows: 2000 })];
    const packed = zstdCompressSync(lines.join(''));
    const { flows, counts } = await read(packed.subarray(0, Math.floor(packed.length / 2)));
    expect(flows.length).toBeGreaterThan(300);
    expect(counts.skipped).toEqual([expect.objectContaining({ reason: 'cut-off', count: 1 })]);
  });

  it('counts what only looks like gzip as cut off', async () => {
    const { flows, counts } = await read(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
    expect(flows).toEqual([]);
    expect(counts.skipped).toEqual([
      { reason: 'cut-off', count: 1, file: '<stdin>', firstLine: 1, sample: '' },
    ]);
  });

  it('counts a gzip that lost only its checksum as cut off', async () => {
    const packed = gzipSync(`${line1}\n${line2}\n`);
    const { flows, counts } = await read(packed.subarray(0, -3));
    expect(flows).toEqual([ONE, TWO]);
    expect(counts.skipped).toEqual([
      { reason: 'cut-off', count: 1, file: '<stdin>', firstLine: 2, sample: '' },
    ]);
  });

  it('reads whatever it is given without failing, and counts each record once', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        line1,
        line2,
        LOST,
        STATUS,
        pretty(line1),
        '[',
        ']',
        '{',
        '}',
        ',',
        '\n',
        '"',
        CRI,
        'msg="{',
        '\\',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 30 }),
        fc.integer({ min: 1, max: 400 }),
        async (pieces, size) => {
          const bytes = Buffer.from(pieces.join(''));
          const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, i * size + size),
          );
          const whole = await read(bytes);
          expect(await readPieces(parts)).toEqual(whole);
          expect(whole.counts.flows).toBe(whole.flows.length);
          expect(whole.counts.lines).toBe(
            bytes.toString('latin1').split('\n').length - (bytes.length === 0 || bytes.at(-1) === 10 ? 1 : 0),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['not-found', join(folder, 'nowhere.json')],
    ['is-directory', folder],
  ])('is an error that names it: %s', async (code, path) => {
    const failure = await readAll([path]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FlowFileError);
    expect(failure).toMatchObject({ code, file: path });
    expect(String(failure)).toContain(path);
  });

  it('keeps the flows of the files before it', async () => {
    const path = join(folder, 'before.json');
    await writeFile(path, `${line1}\n`);
    const source = flowsFromFiles([path, join(folder, 'nowhere.json')]);
    const seen: Flow[] = [];
    await expect(async () => {
      for await (const batch of source.batches()) seen.push(...batch);
    }).rejects.toThrow('nowhere.json');
    expect(seen).toEqual([ONE]);
    expect(source.counts().flows).toBe(1);
  });
});
