/** Somebody without a pod: an address outside, or an identity that Cilium reserves. */
export interface Outsider {
  readonly ip: string;
  /** Labels as the agent's address cache has them. */
  readonly labels: readonly string[];
  readonly identity: number;
  /** The name that a DNS answer tied to the address. */
  readonly name?: string;
  /** The Service whose address it is. */
  readonly service?: { readonly name: string; readonly namespace: string };
}

export const OUTSIDERS: Readonly<Record<string, Outsider>> = {
  'kube-apiserver': {
    ip: '192.168.10.11',
    labels: ['reserved:kube-apiserver', 'reserved:remote-node'],
    identity: 7,
  },
  'reader on the internet': { ip: '203.0.113.84', labels: ['reserved:world'], identity: 2 },
  'phone in the house': { ip: '192.168.1.57', labels: ['reserved:world'], identity: 2 },
  router: { ip: '192.168.1.1', labels: ['reserved:world'], identity: 2 },
  'kubelet through the mesh': {
    ip: '169.254.7.127',
    labels: ['cidr:169.254.0.0/16', 'reserved:world'],
    identity: 16_777_218,
  },
  'zigbee coordinator': {
    ip: '192.168.20.15',
    labels: ['cidr:192.168.20.0/24', 'reserved:world'],
    identity: 16_777_219,
  },
  'metadata service': {
    ip: '169.254.169.254',
    labels: ['cidr:169.254.169.254/32', 'reserved:world'],
    identity: 16_777_220,
  },
  'api.github.com': {
    ip: '198.51.100.6',
    labels: ['fqdn:api.github.com', 'reserved:world'],
    identity: 16_777_221,
    name: 'api.github.com',
  },
  'registry.npmjs.org': {
    ip: '198.51.100.35',
    labels: ['reserved:world'],
    identity: 2,
    name: 'registry.npmjs.org',
  },
  'api.open-meteo.com': {
    ip: '198.51.100.70',
    labels: ['reserved:world'],
    identity: 2,
    name: 'api.open-meteo.com',
  },
  'feeds.example.org': {
    ip: '198.51.100.91',
    labels: ['reserved:world'],
    identity: 2,
    name: 'feeds.example.org',
  },
  'image.tmdb.org': { ip: '198.51.100.112', labels: ['reserved:world'], identity: 2, name: 'image.tmdb.org' },
  'example.net': { ip: '198.51.100.201', labels: ['reserved:world'], identity: 2, name: 'example.net' },
  'ntfy.sh': { ip: '198.51.100.140', labels: ['reserved:world'], identity: 2, name: 'ntfy.sh' },
  'acme-v02.api.letsencrypt.org': {
    ip: '198.51.100.172',
    labels: ['reserved:world'],
    identity: 2,
    name: 'acme-v02.api.letsencrypt.org',
  },
  'pod without an identity': { ip: '10.42.2.250', labels: ['reserved:unmanaged'], identity: 3 },
  'pod that is gone': { ip: '10.42.1.201', labels: ['reserved:world'], identity: 2 },
  'Service without backends': {
    ip: '10.43.71.9',
    labels: ['reserved:world'],
    identity: 2,
    service: { name: 'importer', namespace: 'mealie' },
  },
};
