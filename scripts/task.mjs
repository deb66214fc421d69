// The one door of every npm script. It runs on any Node from 20 without a dependency: it brings what is
// missing (packages, a newer Node, the build) and then hands the task to a Node that the product supports.
//
//   node scripts/task.mjs setup | build | demo | test | check | format | conformance | bench  [ARG …]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_FLOOR = { major: 22, minor: 19 };
const NODE_BROUGHT = '24.21.0';

/**
 * @param {string} version as `process.versions.node`
 * @returns {boolean} whether it is at or above the floor
 */
function isSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NODE_FLOOR.major || (major === NODE_FLOOR.major && minor >= NODE_FLOOR.minor);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function run(command, args, env) {
  const done = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env });
  if (done.error !== undefined) fail(`Could not start ${command}: ${done.error.message}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/**
 * Runs npm quietly: its output is shown only when it fails.
 * @param {readonly string[]} args
 * @param {string} what
 */
function npm(args, what) {
  process.stderr.write(`${what} …\n`);
  const cli = process.env['npm_execpath'];
  const isScript = cli !== undefined && cli.endsWith('.js');
  const command = isScript ? process.execPath : 'npm';
  const first = isScript ? [cli] : [];
  const done = spawnSync(command, [...first, ...args, '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: command === 'npm' && process.platform === 'win32',
  });
  if (done.error !== undefined || done.status !== 0) {
    fail(
      `${what} failed (npm ${args.join(' ')}):\n${done.error?.message ?? ''}${done.stdout ?? ''}${done.stderr ?? ''}`,
    );
  }
}

/**
 * Installs what the lockfile says, unless that has been done. Not `npm ci`: it refuses a lockfile that was made
 * where a registry lacks the binaries of other platforms. `--no-save` keeps the lockfile as it is.
 */
function ensurePackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  const stamp = join(ROOT, 'node_modules', '.propolis-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  npm(['install', '--no-save'], 'Installing packages');
  writeFileSync(stamp, lock);
}

/** @returns {string} a Node that is new enough: this one, or one that npm brings as a package into .node/ */
function ensureNode() {
  if (isSupported(process.versions.node)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const home = join(ROOT, '.node');
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  const name = `node-${platform}-${process.arch}`;
  const path = join(home, 'node_modules', name, 'bin', binary);
  if (
    existsSync(path) &&
    readFileSync(join(home, 'node_modules', name, 'package.json'), 'utf8').includes(`"${NODE_BROUGHT}"`)
  ) {
    return path;
  }
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  npm(
    ['install', '--prefix', home, '--no-save', '--no-package-lock', `${name}@${NODE_BROUGHT}`],
    `Node ${process.versions.node} is older than ${NODE_FLOOR.major}.${NODE_FLOOR.minor}: bringing Node ${NODE_BROUGHT}`,
  );
  return path;
}

const [task = 'setup', ...args] = process.argv.slice(2);
ensurePackages();
const node = ensureNode();
if (task !== 'setup') {
  const path = [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  run(node, ['--disable-warning=ExperimentalWarning', join(ROOT, 'scripts', `${task}.ts`), ...args], {
    ...process.env,
    PATH: path,
  });
}
