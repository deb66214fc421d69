// What the library offers in Node: the core, and what reads files.
export { flowsFromFiles } from './adapters/files/flows.ts';
export { repositoryFiles, streamFile } from './adapters/files/repository.ts';
export { type HubbleClient, type HubbleOptions, openHubble, type Retry } from './adapters/hubble/client.ts';
export * from './core/index.ts';
export { HUBBLE_FAULTS, HubbleError, type HubbleFault } from './core/model/hubble-error.ts';
