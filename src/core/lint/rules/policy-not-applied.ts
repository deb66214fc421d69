import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface PolicyNotAppliedFields {
  readonly file: string;
}

export const policyNotApplied: Rule<'policy-not-applied', PolicyNotAppliedFields> = defineRule({
  id: 'policy-not-applied',
  name: 'Policy that no kustomization lists',
  severity: 'warning',
  group: 'objects',
  examples: {
    wrong: {
      'policies/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - dns.yaml
`,
      'policies/dns.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: dns
spec:
  endpointSelector: {}
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: kube-system
            k8s-app: kube-dns
      toPorts:
        - ports:
            - port: "53"
              protocol: UDP
`,
      'policies/database.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - health
`,
    },
    right: {
      'policies/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - dns.yaml
  - database.yaml
`,
      'policies/dns.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: dns
spec:
  endpointSelector: {}
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: kube-system
            k8s-app: kube-dns
      toPorts:
        - ports:
            - port: "53"
              protocol: UDP
`,
      'policies/database.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - health
`,
    },
  },
  check({ read, documents }, report) {
    for (const { code, place, detail } of read.approximations) {
      if (code !== 'not-applied') continue;
      const file = documents.file(place.file);
      const isPolicy = file?.documents.some(({ screening }) => screening.kind.endsWith('NetworkPolicy'));
      if (isPolicy === true) report({ at: atPlace(place), fields: { file: detail } });
    }
  },
});
