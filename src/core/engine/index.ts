// For those who ask about policies.
export { compile, type EndpointIndex, Engine, type Question } from './engine.ts';
