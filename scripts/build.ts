// npm run build: dist/lib (the library, with types) and dist/bin/propolis.js (the command).
import { BIN_FOLDER, buildBin } from './lib/build-bin.ts';
import { buildLib, LIB_FOLDER } from './lib/build-lib.ts';
import { ROOT } from './lib/files.ts';

const builds = [
  { folder: LIB_FOLDER, build: buildLib },
  { folder: BIN_FOLDER, build: buildBin },
];
for (const { folder, build } of builds) {
  const start = performance.now();
  const { files, problems } = await build(ROOT);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (problems.length === 0) {
    process.stdout.write(`${folder}: ${files} modules (${seconds} s)\n`);
  } else {
    process.stderr.write(`${folder} was not built:\n${problems.join('\n').trimEnd()}\n`);
    process.exitCode = 1;
  }
}
