import { atRule } from '../at.ts';
import { servicePorts } from '../facts/service-ports.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface ServicePortFields {
  readonly port: number;
  readonly protocol: string;
  readonly service: string;
  readonly podPort: number;
  readonly workload: string;
  readonly direction: 'ingress' | 'egress';
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
    for (const site of context.rules) {
      for (const { path, ...fields } of servicePorts(context, site)) {
        report({ at: atRule(context, site, path), fields, key: `${fields.port}/${fields.protocol}` });
      }
    }
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
