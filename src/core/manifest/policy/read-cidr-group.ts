import { parseCidr } from '../../model/cidr.ts';
import type { Problem } from '../../model/repository.ts';
import type { CidrGroup } from '../../model/world.ts';
import type { RawObject } from '../raw-object.ts';
import { admit } from './admit.ts';
import type { MetadataData } from './cilium-object.ts';
import { METADATA } from './cilium-shape.ts';
import { decode } from './decode.ts';
import { metadataFindings } from './metadata-findings.ts';
import { isBlocking, toProblems } from './problems.ts';
import { ANYTHING, list, type ObjectShape, object, TEXT, text } from './shape.ts';

const CIDRS = list(
  text({ expected: 'a CIDR such as 10.0.0.0/8', test: (written) => parseCidr(written) !== undefined }),
);

/** Cilium `pkg/k8s/apis/cilium.io/client/crds/v2/ciliumcidrgroups.yaml`; the same in `v2alpha1`. */
const SHAPE: ObjectShape = object(
  {
    apiVersion: TEXT,
    kind: TEXT,
    metadata: METADATA,
    spec: object({ externalCIDRs: CIDRS }, { required: ['externalCIDRs'] }),
    status: ANYTHING,
  },
  { required: ['spec'] },
);

interface CidrGroupData {
  readonly metadata?: MetadataData;
  readonly spec?: { readonly externalCIDRs?: readonly string[] };
}

/** Reads a CiliumCIDRGroup; what the API server refuses is no group. Never throws, whatever the value. */
export function readCidrGroup(raw: RawObject): {
  readonly group: CidrGroup | undefined;
  readonly problems: readonly Problem[];
} {
  const { stored, findings } = admit(raw.value, SHAPE);
  const head = metadataFindings(raw.value, ['cilium.io/v2', 'cilium.io/v2alpha1']);
  const problems = toProblems(raw, [...head, ...findings], []);
  if (problems.some(isBlocking)) return { group: undefined, problems };
  const { metadata = {}, spec = {} } = decode(stored, SHAPE).value as CidrGroupData;
  const group: CidrGroup = {
    name: metadata.name ?? '',
    labels: metadata.labels ?? {},
    cidrs: (spec.externalCIDRs ?? []).flatMap((written) => parseCidr(written) ?? []),
    place: raw.locate([]),
  };
  return { group, problems };
}
