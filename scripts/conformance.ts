// npm run conformance -- FILE…
// Compares the engine with recorded answers: worlds with questions (.jsonl, .jsonl.gz) and objects with acceptance.
// Exit 0: none differ; 1: some differ; 2: a file cannot be read.
import { compareFiles } from '../test/conformance/compare.ts';

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('conformance: name at least one file of vectors, .jsonl or .jsonl.gz.\n');
  process.exit(2);
}
process.exitCode = compareFiles(files, (line) => process.stdout.write(`${line}\n`));
