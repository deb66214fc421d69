import { type AgentOptions, CILIUM_VERSIONS, ENFORCEMENT_MODES } from '../../model/options.ts';
import { dictionary, list, record } from '../shape/collections.ts';
import { name, path } from '../shape/kubernetes.ts';
import { flag, text, word } from '../shape/scalars.ts';
import type { Shape } from '../shape/shape.ts';
import { type ClusterBody, ENVIRONMENTS } from '../types.ts';

export const ciliumShape: Shape<Partial<AgentOptions>> = record<Partial<AgentOptions>>(
  {
    version: word(CILIUM_VERSIONS, 'The Cilium version to judge by. Quote it: "1.20".'),
    enforcement: word(ENFORCEMENT_MODES, 'The option enable-policy.'),
    allowLocalhost: word(['auto', 'always', 'policy'], 'The option allow-localhost.'),
    defaultLocalCluster: flag('The option policy-default-local-cluster: off in 1.18, on from 1.19.'),
    clusterName: name('The option cluster-name.'),
    cidrMatchMode: list(word(['nodes', 'pods'], 'What CIDR rules match inside the cluster.'), {
      description: 'The option policy-cidr-match-mode.',
    }),
    hostFirewall: flag('The option enable-host-firewall.'),
    ipv4: flag('The option enable-ipv4.'),
    ipv6: flag('The option enable-ipv6.'),
    nodeSelectorLabels: flag('The option enable-node-selector-labels.'),
    extendedProtocols: flag('The option enable-extended-ip-protocols.'),
    icmpRules: flag('The option enable-icmp-rules.'),
    l7Proxy: flag('The option enable-l7-proxy.'),
    nonDefaultDeny: flag('The option enable-non-default-deny-policies.'),
  },
  { description: "Options of Cilium's agent that change a verdict. The defaults are the version's." },
);

const variables = dictionary(
  text({
    description: 'A name.',
    expected: 'the name of a variable: letters, digits and _',
    pattern: /^[_A-Za-z][_A-Za-z0-9]*$/,
    maxLength: 256,
  }),
  text({ description: 'Its value.', expected: 'text' }),
  'Values for variables in manifests, as Flux substitutes them.',
);

export const clusterShape: Shape<ClusterBody> = record<ClusterBody>(
  {
    environment: word(ENVIRONMENTS, 'How careful to be.'),
    paths: list(path('A folder.'), {
      description: 'What of the repository this cluster gets; none for all.',
    }),
    variables,
    variableFiles: list(path('A file.'), {
      description: 'Files with further values: .env files, ConfigMaps. What stands in variables wins.',
    }),
    context: text({
      description: 'A context of the kubeconfig.',
      expected: 'the name of a context',
      minLength: 1,
    }),
    server: text({
      description: "The API server's URL, which the context must have before anything is written.",
      expected: 'a URL that begins with https://, or http:// on this machine',
      // kubectl proxy, and the embedded cluster.
      pattern: /^(?:https:\/\/[^\s]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\/?)$/,
      maxLength: 2048,
    }),
    directWrites: flag('Whether kubectl may write policies there. By default only where environment is dev.'),
    cilium: ciliumShape,
  },
  { description: 'A cluster that is run from this repository.' },
);
