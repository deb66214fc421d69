import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CATALOG_FILE } from './repository.ts';

/** Where the example is in the package, from its root. */
const EXAMPLE = join('examples', 'homelab');
const LEVELS_MAX = 6;

/** The example cluster's repository, which comes with the package; undefined where it was left out. */
export function exampleFolder(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    if (existsSync(join(folder, EXAMPLE, CATALOG_FILE))) return join(folder, EXAMPLE);
    folder = dirname(folder);
  }
  return undefined;
}

/** Copies the example's manifests to where people may change them. */
export function copyExample(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !/\.(?:jsonl|md)$/.test(path),
  });
}

/** Where the API server is, until it is known. */
const SERVER = 'https://127.0.0.1:6443';
const DEV = `  # The same cluster by another name: what may be done on dev may be done here.
  dev:
    environment: dev
    paths: [kubernetes]
    context: homelab-dev
    server: ${SERVER}
    cilium:
      clusterName: live
`;

/** Adds a dev cluster to the copy's catalog, at the same server, which may be written directly. */
export function addDevCluster(folder: string): void {
  const path = join(folder, CATALOG_FILE);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^clusters:\n/m, `clusters:\n${DEV}`));
}

/** Writes into the copy's catalog which API server its clusters have, so that commands know where they are. */
export function nameServer(folder: string, server: string): void {
  const path = join(folder, CATALOG_FILE);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^( +server: ).*$/gm, `$1${server}`));
}

const GIT_LIMIT_MS = 20_000;

/** Makes the copy a Git repository with one commit, for the commands that make more. @returns whether git did it */
export async function beginHistory(folder: string): Promise<boolean> {
  const git = async (...args: readonly string[]): Promise<unknown> =>
    promisify(execFile)('git', ['-C', folder, ...args], { timeout: GIT_LIMIT_MS });
  const hasIdentity = async (): Promise<boolean> => {
    try {
      await git('config', '--get', 'user.email');
      return true;
    } catch {
      return false;
    }
  };
  try {
    await git('init', '--quiet', '--initial-branch=main');
    // Who has told git no name may commit here all the same, and nowhere else.
    if (!(await hasIdentity())) {
      await git('config', 'user.name', 'Propolis demo');
      await git('config', 'user.email', 'demo@propolis.invalid');
    }
    await git('add', '--all');
    await git(
      '-c',
      'commit.gpgsign=false',
      '-c',
      'core.hooksPath=/dev/null',
      'commit',
      '--quiet',
      '--message',
      'The example cluster',
    );
    return true;
  } catch {
    return false;
  }
}
