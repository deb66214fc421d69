import type { Catalog } from '../types.ts';
import { someAgent } from './agents.ts';
import type { LabelSelector, PolicyDocument, Rule, Spec, Subject } from './document.ts';
import { EVERY_POD, withEnforcementDisabled } from './selectors.ts';

/**
 * The escape hatch: all traffic of a namespace with enforcement disabled passes, at both ends, unless a deny rule
 * says otherwise. An allow at the namespace alone would leave its peers' policies in force, and the flow would
 * drop there. The policy itself isolates nobody: without an open namespace it changes nothing.
 */
export function hatchDocument(catalog: Catalog): PolicyDocument {
  const open = withEnforcementDisabled(catalog);
  const specs: readonly Spec[] = [
    {
      description: 'A namespace with enforcement disabled lets everything in and out.',
      subject: { kind: 'endpoints', selector: open },
      addsOnly: true,
      ingress: [{ peers: { kind: 'entities', entities: ['all'] } }],
      egress: [{ peers: { kind: 'entities', entities: ['all'] } }],
    },
    {
      description: 'The other end: everybody talks with namespaces whose enforcement is disabled.',
      subject: { kind: 'endpoints', selector: everybody(catalog) },
      addsOnly: true,
      ...bothWays(open),
    },
  ];
  const nodes: Subject = { kind: 'nodes', selector: {} };
  const hosts: Spec = {
    description: 'The other end where it is a node, which the host firewall guards.',
    subject: nodes,
    addsOnly: true,
    ...bothWays(open),
  };
  return {
    name: 'escape-hatch',
    specs: someAgent(catalog, ({ hostFirewall }) => hostFirewall) ? [...specs, hosts] : specs,
  };
}

/**
 * Also the endpoints of Cilium's health checks and gateway, where other policies may have isolated them. Not where
 * some agent takes no notice of `enableDefaultDeny`: there the hatch itself would isolate them.
 */
function everybody(catalog: Catalog): LabelSelector {
  return someAgent(catalog, ({ nonDefaultDeny }) => !nonDefaultDeny) ? EVERY_POD : {};
}

function bothWays(selector: LabelSelector): {
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
} {
  const rules: readonly Rule[] = [{ peers: { kind: 'endpoints', selectors: [selector] } }];
  return { ingress: rules, egress: rules };
}
