export { type CanAnswer, type CanQuestion, can, type ServiceTrap } from './can.ts';
export { findNamed, type Named, type Naming, nearestNames } from './name.ts';
export { parsePort } from './port.ts';
