import { spawnSync } from 'node:child_process';

/** Whether a program that a test would use is on this machine. */
export function hasProgram(name: string, versionFlag = '--version'): boolean {
  return spawnSync(name, [versionFlag], { stdio: 'ignore' }).error === undefined;
}
