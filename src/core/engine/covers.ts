import { isAtLeast } from '../model/options.ts';
import type { Direction } from '../model/policy.ts';
import type { Compiled } from './compile.ts';
import { namedPortKey, rangesOf } from './direction-table.ts';
import type { PortTerm } from './entry.ts';
import type { Question } from './question.ts';

/** Whether a line of ports is about the port that is asked for; a name is what the subject or peer means by it. */
export function covers(world: Compiled, term: PortTerm, question: Question, direction: Direction): boolean {
  const { protocol, port, to } = question;
  if (term.protocol !== protocol) return false;
  const received = direction === 'ingress' ? (world.endpoints[to]?.ports ?? []) : [];
  if (rangesOf(term, direction, received, world).some(([low, high]) => port >= low && port <= high))
    return true;
  if (term.kind === 'range' || direction === 'ingress' || !isAtLeast(world.options.version, '1.20'))
    return false;
  const peer = world.peerClassOf[to] as number;
  const meant = world.egressNames.byName.get(namedPortKey(protocol, term.name)) ?? [];
  return meant.some((one) => one.port === port && world.peerClassesOfNamed(one.index).includes(peer));
}
