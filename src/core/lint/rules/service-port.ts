import { atRule } from '../at.ts';
import { servicePorts } from '../facts/service-ports.ts';
import { type Draft, defineRule, type Rule } from '../rule.ts';

export interface ServicePortFields {
  readonly port: number;
  readonly protocol: string;
  readonly service: string;
  readonly podPort: number;
  readonly workload: string;
  readonly direction: 'ingress' | 'egress';
  /** How many rules of the policy have it. */
  readonly rules: number;
}

/** Policy is evaluated after a Service's address was replaced by a pod's; issues 1299, 48141. */
export const servicePort: Rule<'service-port', ServicePortFields> = defineRule({
  id: 'service-port',
  name: "Port of a Service instead of the pod's",
  severity: 'error',
  group: 'rules',
  examples: {
    wrong: { 'search.yaml': exampleWith(80) },
    right: { 'search.yaml': exampleWith(3003) },
  },
  check(context, report) {
    // A policy with a rule for each of many peers makes the mistake in all of them.
    const seen = new Map<string, { readonly draft: () => Draft<ServicePortFields>; rules: number }>();
    for (const site of context.rules) {
      const { kind, namespace, name } = site.policy;
      for (const { path, ...found } of servicePorts(context, site)) {
        const key = `${kind}/${namespace}/${name} ${found.direction} ${found.port}/${found.protocol} ${found.service}`;
        const known = seen.get(key);
        if (known !== undefined) {
          known.rules += 1;
          continue;
        }
        const entry = {
          rules: 1,
          draft: (): Draft<ServicePortFields> => ({
            at: atRule(context, site, path),
            fields: { ...found, rules: entry.rules },
            key: `${found.port}/${found.protocol}`,
          }),
        };
        seen.set(key, entry);
      }
    }
    for (const { draft } of seen.values()) report(draft());
  },
});

function exampleWith(port: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: search
  namespace: shop
spec:
  selector:
    app: search
  ports:
    - port: 80
      targetPort: 3003
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: search
  namespace: shop
spec:
  selector:
    matchLabels:
      app: search
  template:
    metadata:
      labels:
        app: search
    spec:
      containers:
        - name: search
          image: registry.example/search:1
          ports:
            - containerPort: 3003
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web-to-search
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toEndpoints:
        - matchLabels:
            app: search
      toPorts:
        - ports:
            - port: "${port}"
              protocol: TCP
`;
}
