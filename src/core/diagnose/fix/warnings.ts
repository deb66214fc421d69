import { containsCidr, parseAddressOrCidr, parseCidr } from '../../model/cidr.ts';
import { portCount } from '../../model/port-set.ts';
import type { End } from '../ends.ts';
import type { Judged } from '../judged.ts';
import type { FixStep, FixWarning, Opened } from '../types.ts';

/** What a reviewer of the fix should weigh. */
export function warningsOf(
  members: readonly [Judged, ...Judged[]],
  {
    steps,
    opens,
    closes,
  }: {
    readonly steps: readonly FixStep[];
    readonly opens: readonly Opened[];
    readonly closes: readonly Opened[];
  },
): readonly FixWarning[] {
  const [first] = members;
  const warnings: FixWarning[] = [];
  if (steps.some(({ kind }) => kind === 'profile') && opens.some((opened) => !isSamePair(opened, first))) {
    warnings.push({ code: 'profile-widens', narrower: 'policy-in-namespace' });
  }
  // That a rule no longer names the Service's port is what its change is for.
  if (closes.length > 0 && steps.some(({ kind }) => kind !== 'port')) warnings.push({ code: 'closes' });
  if (steps.some((step) => step.kind === 'rule' && step.list === 'ingress')) {
    const { kind, name } = first.from.party;
    if (kind === 'reserved' && NODES.includes(name)) warnings.push({ code: 'admits-nodes' });
    if (kind === 'outside') warnings.push({ code: 'admits-world' });
  }
  const inside = members.find(({ to }) => to.party.kind === 'outside' && isPrivate(to));
  if (inside !== undefined) warnings.push({ code: 'private-address', address: inside.to.ip });
  return warnings;
}

const NODES: readonly string[] = ['host', 'remote-node'];

function isSamePair({ from, to, ports }: Opened, judged: Judged): boolean {
  return portCount(ports) <= 1 && isSameScope(from, judged.from) && isSameScope(to, judged.to);
}

function isSameScope(name: string, { party }: End): boolean {
  return name === party.name || (party.namespace !== '' && name.startsWith(`${party.namespace}/`));
}

/** RFC 1918, RFC 6598, RFC 4193: where clusters take addresses of pods and Services from. A name says what it is. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].flatMap(
  (text) => parseCidr(text) ?? [],
);

function isPrivate({ ip, names }: End): boolean {
  const address = parseAddressOrCidr(ip);
  return names.length === 0 && address !== undefined && PRIVATE.some((range) => containsCidr(range, address));
}
