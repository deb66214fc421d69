import { type CiliumVersion, isAtLeast } from '../../model/options.ts';
import { elementShape } from './cilium-element-shape.ts';
import { selectorShape } from './selector-shape.ts';
import { ANYTHING, BOOLEAN, list, map, type ObjectShape, object, type Shape, TEXT, text } from './shape.ts';
import { LOG_VALUE } from './text-rule.ts';

const LABEL: Shape = {
  kind: 'label',
  object: object({ key: TEXT, source: TEXT, value: TEXT }, { required: ['key'] }),
};

/**
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy, whose schemas are the same.
 * Cilium `pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml` and the types behind it in
 * `pkg/policy/api`; the differences of the versions are noted where they are.
 */
export function ciliumPolicyShape(version: CiliumVersion): ObjectShape {
  let shape = shapes.get(version);
  if (shape === undefined) {
    shape = buildPolicyShape(version);
    shapes.set(version, shape);
  }
  return shape;
}

const shapes = new Map<CiliumVersion, ObjectShape>();

function buildPolicyShape(version: CiliumVersion): ObjectShape {
  const rule = ruleShape(version);
  return object(
    { apiVersion: TEXT, kind: TEXT, metadata: METADATA, spec: rule, specs: list(rule), status: ANYTHING },
    // A CEL rule of the CRD since 1.20; before, the agent alone says so.
    isAtLeast(version, '1.20')
      ? { required: ['metadata'], atLeastOne: ['spec', 'specs'] }
      : { required: ['metadata'] },
  );
}

/** What is looked at of `metadata`: its other fields do not concern policies. */
export const METADATA: ObjectShape = object(
  { name: TEXT, namespace: TEXT, labels: map(), annotations: map() },
  { open: true },
);

function ruleShape(version: CiliumVersion): Shape {
  return object(
    {
      description: TEXT,
      egress: list(elementShape(version, 'egress')),
      egressDeny: list(elementShape(version, 'egressDeny')),
      enableDefaultDeny: object({ egress: BOOLEAN, ingress: BOOLEAN }),
      endpointSelector: selectorShape,
      ingress: list(elementShape(version, 'ingress')),
      ingressDeny: list(elementShape(version, 'ingressDeny')),
      labels: list(LABEL),
      log: object({ value: text(LOG_VALUE) }),
      nodeSelector: selectorShape,
    },
    {
      exactlyOne: ['endpointSelector', 'nodeSelector'],
      atLeastOne: ['ingress', 'ingressDeny', 'egress', 'egressDeny'],
    },
  );
}
