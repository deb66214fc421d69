import { parseCidr } from '../../model/cidr.ts';
import { APP_PORTS } from '../defaults.ts';
import { list, mapped, record, shorthand } from '../shape/collections.ts';
import { name, ports } from '../shape/kubernetes.ts';
import { converted, text } from '../shape/scalars.ts';
import type { Shape } from '../shape/shape.ts';
import {
  CATALOG_ENTITIES,
  type EgressTarget,
  type ProfileBody,
  type ProfileEgress,
  type ProfileIngress,
} from '../types.ts';

const gateway = name('The name of a gateway.');
const PORTS_WANTED = 'a list of ports such as 443/TCP';

/** `internal`, or a map where the ports are not those that apps usually have. */
const ingress: Shape<ProfileIngress> = shorthand(
  mapped(
    gateway,
    (gateway): ProfileIngress => ({ gateway, ports: APP_PORTS }),
    ({ gateway }) => gateway,
  ),
  record<ProfileIngress>(
    { gateway, ports: ports('Which ports of the pods.') },
    {
      description: 'A gateway, and the ports that it may reach.',
      required: { gateway: 'the name of a gateway', ports: PORTS_WANTED },
    },
  ),
);

const target = converted<EgressTarget>(
  {
    description: `Where to: ${CATALOG_ENTITIES.join(', ')}, a prefix, or a name such as fqdn:*.example.com.`,
    expected: `one of ${CATALOG_ENTITIES.join(', ')}, a prefix such as 192.168.0.0/16, or fqdn:NAME`,
    maxLength: 260,
  },
  parseTarget,
);

const egress: Shape<ProfileEgress> = record<ProfileEgress>(
  { to: target, ports: ports('Which ports there.') },
  {
    description: 'Where pods may go, and on which ports.',
    required: { to: 'where to, such as world', ports: PORTS_WANTED },
  },
);

export const profileShape: Shape<ProfileBody> = record<ProfileBody>(
  {
    description: text({ description: 'What it is for.', expected: 'a sentence' }),
    ingress: list(ingress, {
      description: 'Which gateways may come in: a name, or a map with gateway and ports.',
    }),
    egress: list(egress, { description: 'What pods may reach besides DNS.' }),
  },
  { description: 'What every pod of a namespace with this profile may do.' },
);

function parseTarget(written: string): EgressTarget | undefined {
  const entity = CATALOG_ENTITIES.find((one) => one === written);
  if (entity !== undefined) return { kind: 'entity', entity };
  if (/^fqdn:[-a-zA-Z0-9_.*]{1,255}$/.test(written)) return { kind: 'fqdn', pattern: written.slice(5) };
  return parseCidr(written) === undefined ? undefined : { kind: 'cidr', cidr: written };
}
