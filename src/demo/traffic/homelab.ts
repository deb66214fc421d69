import type { L7Request } from '../../core/model/l7.ts';

/**
 * Who talks to whom in the example, and when. Nothing here says whether it works: the engine decides that.
 * Times are in seconds from the beginning of the recording.
 */
export interface Talk {
  /** A workload as `namespace/name`, or somebody outside by name. */
  readonly from: string;
  readonly to: string;
  /** The pod's port, and its protocol where it is not TCP. */
  readonly port: number;
  readonly protocol?: 'UDP';
  readonly at: readonly number[];
  /** What the cluster had at that time, where it was not what Git has. */
  readonly cluster?: ClusterState;
  /** A request that a proxy reads. */
  readonly request?: L7Request;
  /** A failure of the node, before any policy is asked. */
  readonly failure?: NodeFailure;
}

/** `git` is the repository; the others are ways in which a cluster may not be there yet. */
export type ClusterState = 'git' | 'without-two-baselines' | 'before-tandoor-access';

export type NodeFailure = 'STALE_OR_UNROUTABLE_IP' | 'CT_MAP_INSERTION_FAILED' | 'SERVICE_BACKEND_NOT_FOUND';

const DNS = 'kube-system/coredns';

export const TRAFFIC: readonly Talk[] = [
  // The faults. Clients try again as TCP does.
  { from: 'zipline/api', to: 'database/pg-rw', port: 5432, at: retries({ from: 3, to: 298, every: 21 }) },
  { from: 'paperless/web', to: 'cache/dragonfly', port: 6379, at: retries({ from: 9, to: 290, every: 55 }) },
  {
    from: 'home-assistant/home-assistant',
    to: 'api.open-meteo.com',
    port: 443,
    at: retries({ from: 20, to: 280, every: 90 }),
  },
  {
    from: 'istio-gateway/external-istio',
    to: 'vaultwarden/vaultwarden',
    port: 8080,
    at: retries({ from: 41, to: 260, every: 60 }),
  },
  {
    from: 'miniflux/miniflux',
    to: 'feeds.example.org',
    port: 80,
    at: retries({ from: 65, to: 200, every: 100 }),
  },
  {
    from: 'immich/server',
    to: 'immich/machine-learning',
    port: 3003,
    at: retries({ from: 30, to: 270, every: 70 }),
  },
  {
    from: 'zigbee2mqtt/zigbee2mqtt',
    to: 'mosquitto/mosquitto',
    port: 1883,
    at: retries({ from: 12, to: 290, every: 65 }),
  },
  {
    from: 'pod without an identity',
    to: 'jellyfin/jellyfin',
    port: 8096,
    at: retries({ from: 80, to: 90, every: 60 }),
  },
  {
    from: 'renovate/renovate',
    to: 'metadata service',
    port: 80,
    at: retries({ from: 130, to: 140, every: 60 }),
  },
  {
    from: 'backups/pg-dump',
    to: 'garage/garage',
    port: 3900,
    at: retries({ from: 150, to: 230, every: 60 }),
  },
  { from: 'garage/garage', to: 'garage/garage', port: 3901, at: retries({ from: 5, to: 290, every: 95 }) },
  {
    from: 'monitoring/alertmanager',
    to: 'ntfy.sh',
    port: 443,
    at: retries({ from: 100, to: 280, every: 120 }),
  },
  {
    from: 'monitoring/prometheus',
    to: 'istio-system/ztunnel',
    port: 15_020,
    at: retries({ from: 17, to: 290, every: 60 }),
  },
  // Before Flux brought two baselines back.
  {
    from: 'linkding/linkding',
    to: DNS,
    port: 53,
    protocol: 'UDP',
    at: [2, 7, 12, 22, 27, 32],
    cluster: 'without-two-baselines',
    request: { kind: 'dns', name: 'example.net.' },
  },
  {
    from: 'monitoring/prometheus',
    to: 'linkding/linkding',
    port: 9090,
    at: retries({ from: 4, to: 10, every: 30 }),
    cluster: 'without-two-baselines',
  },
  // Before Flux applied the label.
  {
    from: 'tandoor/tandoor',
    to: 'database/pg-rw',
    port: 5432,
    at: retries({ from: 15, to: 120, every: 35 }),
    cluster: 'before-tandoor-access',
  },
  // What fails before any policy is asked.
  {
    from: 'miniflux/miniflux',
    to: 'pod that is gone',
    port: 5432,
    at: [44, 45, 47],
    failure: 'STALE_OR_UNROUTABLE_IP',
  },
  {
    from: 'immich/server',
    to: 'image.tmdb.org',
    port: 443,
    at: [210, 211],
    failure: 'CT_MAP_INSERTION_FAILED',
  },
  {
    from: 'mealie/mealie',
    to: 'Service without backends',
    port: 80,
    at: [95, 96, 98],
    failure: 'SERVICE_BACKEND_NOT_FOUND',
  },

  // A proxy reads these.
  ...[60, 61, 175, 176, 240].map((second) => libraryRequest('GET', '/Items?Recursive=true', second)),
  ...[62, 177].map((second) => libraryRequest('POST', '/Users/AuthenticateByName', second)),
  {
    from: 'renovate/renovate',
    to: DNS,
    port: 53,
    protocol: 'UDP',
    at: [120],
    request: lookup('api.github.com.'),
  },
  {
    from: 'miniflux/miniflux',
    to: DNS,
    port: 53,
    protocol: 'UDP',
    at: [64],
    request: lookup('feeds.example.org.'),
  },
  {
    from: 'zipline/api',
    to: DNS,
    port: 53,
    protocol: 'UDP',
    at: [2, 150],
    request: lookup('pg-rw.database.svc.cluster.local.'),
  },
  {
    from: 'home-assistant/home-assistant',
    to: DNS,
    port: 53,
    protocol: 'UDP',
    at: [19],
    request: lookup('api.open-meteo.com.'),
  },
  {
    from: 'linkding/linkding',
    to: DNS,
    port: 53,
    protocol: 'UDP',
    at: [75, 190],
    request: lookup('example.net.'),
  },
  {
    from: 'monitoring/alertmanager',
    to: DNS,
    port: 53,
    protocol: 'UDP',
    at: [99],
    request: lookup('ntfy.sh.'),
  },
  {
    from: 'backups/pg-dump',
    to: DNS,
    port: 53,
    protocol: 'UDP',
    at: [148],
    request: lookup('pg-ro.database.svc.cluster.local.'),
  },

  // What works.
  { from: 'renovate/renovate', to: 'api.github.com', port: 443, at: [121, 125, 160] },
  { from: 'miniflux/miniflux', to: 'database/pg-rw', port: 5432, at: [33, 133, 233] },
  { from: 'paperless/web', to: 'database/pg-rw', port: 5432, at: [36, 136] },
  { from: 'paperless/web', to: 'paperless/gotenberg', port: 3000, at: [140] },
  { from: 'immich/server', to: 'database/pg-rw', port: 5432, at: [39, 139, 239] },
  { from: 'immich/server', to: 'cache/dragonfly', port: 6379, at: [40, 240] },
  { from: 'mealie/mealie', to: 'database/pg-rw', port: 5432, at: [52, 202] },
  { from: 'vaultwarden/vaultwarden', to: 'database/pg-rw', port: 5432, at: [55] },
  { from: 'tandoor/tandoor', to: 'database/pg-rw', port: 5432, at: [185, 250] },
  { from: 'backups/pg-dump', to: 'database/pg-ro', port: 5432, at: [149] },
  { from: 'database/pg-ro', to: 'database/pg-rw', port: 5432, at: [70, 220] },
  { from: 'home-assistant/home-assistant', to: 'mosquitto/mosquitto', port: 1883, at: [18, 215] },
  { from: 'zigbee2mqtt/zigbee2mqtt', to: 'zigbee coordinator', port: 6638, at: [11, 200] },
  { from: 'jellyfin/jellyfin', to: 'image.tmdb.org', port: 443, at: [180] },
  { from: 'miniflux/miniflux', to: 'feeds.example.org', port: 443, at: [66, 166] },
  { from: 'cert-manager/cert-manager', to: 'acme-v02.api.letsencrypt.org', port: 443, at: [205] },
  { from: 'flux-system/source-controller', to: 'api.github.com', port: 443, at: [58, 118] },
  {
    from: 'flux-system/kustomize-controller',
    to: 'flux-system/source-controller',
    port: 9090,
    at: [59, 119],
  },
  { from: 'flux-system/kustomize-controller', to: 'kube-apiserver', port: 6443, at: [60, 120] },
  { from: 'monitoring/kube-state-metrics', to: 'kube-apiserver', port: 6443, at: [90] },
  { from: 'istio-gateway/internal-istio', to: 'istio-system/istiod', port: 15_012, at: [10] },

  // Visitors, and how they come in. Mealie is in the mesh.
  { from: 'reader on the internet', to: 'istio-gateway/external-istio', port: 443, at: [40, 100, 195] },
  { from: 'phone in the house', to: 'istio-gateway/internal-istio', port: 443, at: [76, 178] },
  { from: 'istio-gateway/external-istio', to: 'zipline/api', port: 3000, at: [101, 245] },
  { from: 'istio-gateway/external-istio', to: 'miniflux/miniflux', port: 8080, at: [102, 246] },
  { from: 'istio-gateway/external-istio', to: 'mealie/mealie', port: 15_008, at: [103, 196] },
  { from: 'istio-gateway/internal-istio', to: 'paperless/web', port: 8000, at: [77] },
  { from: 'istio-gateway/internal-istio', to: 'immich/server', port: 2283, at: [78, 179] },
  { from: 'istio-gateway/internal-istio', to: 'home-assistant/home-assistant', port: 8123, at: [79, 181] },
  { from: 'istio-gateway/internal-istio', to: 'jellyfin/jellyfin', port: 8096, at: [182] },
  { from: 'istio-gateway/internal-istio', to: 'linkding/linkding', port: 9090, at: [183] },

  // Scrapes and probes.
  ...scrapes([
    ['database/pg-rw', 9187],
    ['cache/dragonfly', 9999],
    ['garage/garage', 3903],
    ['kube-system/coredns', 9153],
    ['cert-manager/cert-manager', 9402],
    ['flux-system/source-controller', 8080],
    ['istio-gateway/external-istio', 15_020],
    ['istio-system/istiod', 15_014],
    ['monitoring/kube-state-metrics', 8080],
    ['miniflux/miniflux', 8080],
    ['linkding/linkding', 9090],
  ]),
  ...probes([
    ['zipline/api', 3000],
    ['paperless/web', 8000],
    ['vaultwarden/vaultwarden', 8080],
    ['jellyfin/jellyfin', 8096],
    ['database/pg-rw', 5432],
    ['kube-system/coredns', 8080],
  ]),
  { from: 'kubelet through the mesh', to: 'mealie/mealie', port: 9000, at: [50, 110, 170] },
];

/** Connections every so often, each tried again after 1 and 3 seconds. */
function retries({
  from,
  to,
  every,
}: {
  readonly from: number;
  readonly to: number;
  readonly every: number;
}): readonly number[] {
  const seconds: number[] = [];
  for (let start = from; start <= to; start += every) {
    for (const after of [0, 1, 3]) if (start + after <= to) seconds.push(start + after);
  }
  return seconds;
}

function lookup(name: string): L7Request {
  return { kind: 'dns', name };
}

function libraryRequest(method: string, path: string, second: number): Talk {
  return {
    from: 'jellyfin/jellyseerr',
    to: 'jellyfin/jellyfin',
    port: 8096,
    at: [second],
    request: { kind: 'http', method, path, host: 'jellyfin:8096' },
  };
}

function scrapes(targets: readonly (readonly [to: string, port: number])[]): readonly Talk[] {
  return targets.map(([to, port], i) => ({
    from: 'monitoring/prometheus',
    to,
    port,
    at: [20 + 2 * i, 140 + 2 * i],
  }));
}

function probes(targets: readonly (readonly [to: string, port: number])[]): readonly Talk[] {
  return targets.map(([to, port], i) => ({ from: 'host', to, port, at: [6 + 3 * i, 186 + 3 * i] }));
}
