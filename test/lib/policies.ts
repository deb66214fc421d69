/** A CiliumNetworkPolicy in namespace `a` as a YAML document; `spec` in YAML's flow style, without the braces. */
export function cnp(spec: string, name = 'cnp', namespace = 'a'): string {
  return `---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: {${spec}}
`;
}

/** A CiliumClusterwideNetworkPolicy, as {@link cnp}. */
export function ccnp(spec: string, name = 'ccnp'): string {
  return `---
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: ${name}}
spec: {${spec}}
`;
}

/** A NetworkPolicy of Kubernetes, as {@link cnp}. */
export function knp(spec: string, name = 'knp', namespace = 'a'): string {
  return `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: {${spec}}
`;
}
