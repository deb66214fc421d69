import { availableParallelism, cpus, totalmem } from 'node:os';

/** The machine that numbers were measured on: `2 cores of Xeon …, 23 GiB, Node 24.21.0, linux x64`. */
export function machineLine(): string {
  const model = cpus()[0]?.model.replaceAll(/\s+/g, ' ').trim() ?? 'an unknown CPU';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} cores of ${model}, ${memory}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}
