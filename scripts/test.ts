// npm test: every gate and every test. With arguments, only Vitest with these: npm test -- src/core/engine
import { BIN_PATH, ensureBin } from './lib/build-bin.ts';
import { ROOT } from './lib/files.ts';
import { type Gate, runGates } from './lib/gate.ts';
import { GATES, readVersion } from './lib/gates.ts';
import { runNode } from './lib/tool.ts';
import { closingLine, runVitest } from './lib/vitest.ts';

/** The command as it is published, which the tests in test/e2e start: built, and seen to start. */
const bin: Gate = {
  name: 'bin',
  async run(root) {
    const { files, problems } = await ensureBin(root);
    if (problems.length > 0) return { ok: false, looked: 'not built', output: problems.join('\n') };
    const { code, output } = await runNode(root, [BIN_PATH, '--version']);
    const [printed, version] = [output.trim(), readVersion(root)];
    return {
      ok: code === 0 && printed === version,
      looked: `${files} modules, version ${printed}`,
      output: `--version printed "${printed}" and ended with ${code}; package.json says ${version}`,
    };
  },
};

const args = process.argv.slice(2);
const write = (text: string) => process.stdout.write(text);
const gates = args.length === 0 ? [...GATES, bin] : [];
const red = await runGates(ROOT, gates, write);
if (args.length > 0) {
  const { problems } = await ensureBin(ROOT);
  if (problems.length > 0) process.stderr.write(`dist/bin is not up to date:\n${problems.join('\n')}\n`);
}

const { code, counts } = await runVitest(ROOT, args);
const ran = counts.passed + counts.failed;
if (gates.length > 0)
  write(
    `gates: ${gates.length - red.length} passed, ${red.length} failed${red.length === 0 ? '' : ` (${red.join(', ')})`}\n`,
  );
if (ran === 0) write('No test was executed.\n');
write(`${closingLine(counts)}\n`);
process.exitCode = code !== 0 || counts.failed > 0 || red.length > 0 || ran === 0 ? 1 : 0;
