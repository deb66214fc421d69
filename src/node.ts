// What the library offers in Node: the core, and what reads files.
export { flowsFromFiles } from './adapters/files/flows.ts';
export { repositoryFiles, streamFile } from './adapters/files/repository.ts';
export * from './core/index.ts';
