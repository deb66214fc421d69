// Writes src/adapters/hubble/gen from src/adapters/hubble/proto. The two programs for it are no dependencies of the
// project: they are brought into a temporary folder, which is removed at the end.
//
//   node scripts/generate-protos.ts
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { GENERATED_FOLDER, listFiles, ROOT } from './lib/files.ts';
import { runHere } from './lib/tool.ts';

const PROTOS = 'src/adapters/hubble/proto';
/** The plugin has the version of @bufbuild/protobuf in package.json. */
const PROGRAMS = ['@bufbuild/buf@1.75.0', '@bufbuild/protoc-gen-es@2.17.0'];

const folder = mkdtempSync(join(tmpdir(), 'propolis-protos-'));
try {
  const target = join(ROOT, GENERATED_FOLDER);
  const options = ['--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  await must('npm', ['install', ...options, ...PROGRAMS]);
  // Imports must name files, and TypeScript's enums are not allowed here: JavaScript with types beside it.
  const plugin = { local: 'protoc-gen-es', out: target, opt: ['target=js+dts', 'import_extension=js'] };
  const template = join(folder, 'buf.gen.json');
  writeFileSync(template, JSON.stringify({ version: 'v2', plugins: [plugin] }));
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await must(join(folder, 'node_modules/.bin/buf'), ['generate', join(ROOT, PROTOS), '--template', template]);
  writeFileSync(join(target, 'source.sha256'), `${protoHash()}\n`);
  process.stdout.write(`${readdirSync(target).length} files in ${GENERATED_FOLDER}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const path = `${join(folder, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const code = await runHere(ROOT, command, args, { ...process.env, PATH: path });
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}`);
}

/** Of all .proto files, so that a test can tell when they were changed and not generated anew. */
function protoHash(): string {
  const hash = createHash('sha256');
  for (const path of listFiles(ROOT, [PROTOS], '.proto')) hash.update(readFileSync(join(ROOT, path)));
  return hash.digest('hex');
}
