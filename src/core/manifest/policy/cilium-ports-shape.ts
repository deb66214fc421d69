import { type CiliumVersion, isAtLeast } from '../../model/options.ts';
import { FQDN } from './cilium-fqdn-shape.ts';
import { integer, list, map, type ObjectShape, object, type Shape, TEXT, text } from './shape.ts';
import {
  AT_MOST_255,
  FQDN_PATTERN,
  NOT_EMPTY,
  oneOf,
  PORT_FORMAT,
  SERVER_NAME_PREFIX_WILDCARD,
} from './text-rule.ts';

const SECRET: Shape = object({ name: TEXT, namespace: TEXT }, { required: ['name'] });

const TLS: Shape = object(
  { certificate: TEXT, privateKey: TEXT, secret: SECRET, trustedCA: TEXT },
  { required: ['secret'] },
);

const LISTENER: Shape = object(
  {
    envoyConfig: object(
      { kind: text(oneOf('CiliumEnvoyConfig', 'CiliumClusterwideEnvoyConfig')), name: text(NOT_EMPTY) },
      { required: ['name'] },
    ),
    name: text(NOT_EMPTY),
    priority: integer(1, 100, { min: 0, max: 255 }),
  },
  { required: ['envoyConfig', 'name'] },
);

const HTTP: Shape = object({
  headerMatches: list(
    object(
      {
        mismatch: text(oneOf('LOG', 'ADD', 'DELETE', 'REPLACE')),
        name: text(NOT_EMPTY),
        secret: SECRET,
        value: TEXT,
      },
      { required: ['name'] },
    ),
  ),
  headers: list(TEXT),
  // The CRD says `format: idn-hostname`, a format that API servers do not know and so do not check.
  host: TEXT,
  method: TEXT,
  path: TEXT,
});

const KAFKA: Shape = object({
  apiKey: TEXT,
  apiVersion: TEXT,
  clientID: TEXT,
  role: text(oneOf('produce', 'consume')),
  topic: text(AT_MOST_255),
});

/** One element of `toPorts` of an allow rule. */
export function allowPortsShape(version: CiliumVersion): ObjectShape {
  return object({
    listener: LISTENER,
    originatingTLS: TLS,
    ports: list(portShape(version), { maxItems: 40 }),
    rules: rulesShape(version),
    serverNames: list(text(isAtLeast(version, '1.20') ? FQDN_PATTERN : SERVER_NAME_PREFIX_WILDCARD), {
      minItems: 1,
      unique: true,
    }),
    terminatingTLS: TLS,
  });
}

/** One element of `toPorts` of a deny rule: nothing but ports, and only the agent counts them. */
export function denyPortsShape(version: CiliumVersion): ObjectShape {
  return object({ ports: list(portShape(version)) });
}

/** What the CRD takes for a protocol, by version. All in capitals; the agent takes either case. */
export function crdProtocols(version: CiliumVersion): readonly string[] {
  return [
    'TCP',
    'UDP',
    'SCTP',
    ...(isAtLeast(version, '1.19') ? ['VRRP', 'IGMP'] : []),
    ...(isAtLeast(version, '1.20') ? ['GRE', 'IPIP', 'IPV6', 'ESP', 'AH'] : []),
    'ANY',
  ];
}

function portShape(version: CiliumVersion): Shape {
  return object(
    {
      endPort: integer(0, 65_535),
      port: text(PORT_FORMAT),
      protocol: text(oneOf(...crdProtocols(version))),
    },
    // Optional since 1.19, for protocols without ports.
    isAtLeast(version, '1.19') ? {} : { required: ['port'] },
  );
}

/** Kafka and proxylib went with 1.20: what is written of them is pruned. */
function rulesShape(version: CiliumVersion): Shape {
  if (isAtLeast(version, '1.20')) {
    return object({ dns: list(FQDN), http: list(HTTP) }, { exactlyOne: ['http', 'dns'] });
  }
  return object(
    { dns: list(FQDN), http: list(HTTP), kafka: list(KAFKA), l7: list(map()), l7proto: TEXT },
    { exactlyOne: ['http', 'kafka', 'dns', 'l7proto'] },
  );
}
