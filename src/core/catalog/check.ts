import { nearestName } from '../manifest/policy/nearest-name.ts';
import type { Path } from '../model/place.ts';
import type { Catalog } from './types.ts';

/** Two parts of a catalog that do not fit together: the field to change, its value, what it must be. */
export interface Mismatch {
  readonly path: Path;
  readonly value: string;
  readonly expected: string;
}

/** What no single field can tell: names that nothing has, limits in the wrong order. */
export function checkCatalog(catalog: Catalog): readonly Mismatch[] {
  return [...unknownGateways(catalog), ...hatchOrder(catalog), ...platformProfiles(catalog)];
}

function unknownGateways({ profiles, gateways }: Catalog): readonly Mismatch[] {
  const names = gateways.map(({ name }) => name);
  return profiles.flatMap(({ name, ingress }) =>
    ingress.flatMap(({ gateway }, index) =>
      names.includes(gateway)
        ? []
        : [
            {
              path: ['profiles', name, 'ingress', index],
              value: gateway,
              expected: nearestName(gateway, names) ?? `a gateway: ${names.join(', ')}`,
            },
          ],
    ),
  );
}

function hatchOrder({ hatch }: Catalog): readonly Mismatch[] {
  const mismatches: Mismatch[] = [];
  if (hatch.defaultSeconds > hatch.maxSeconds) {
    const path = ['hatch', 'defaultDuration'];
    mismatches.push({ path, value: `${hatch.defaultSeconds}s`, expected: 'at most maxDuration' });
  }
  if (hatch.warnAfterSeconds > hatch.criticalAfterSeconds) {
    const path = ['hatch', 'warnAfter'];
    mismatches.push({ path, value: `${hatch.warnAfterSeconds}s`, expected: 'at most criticalAfter' });
  }
  return mismatches;
}

/** Pods of a platform namespace talk to each other by its own policy. */
function platformProfiles({ platform, intraNamespace }: Catalog): readonly Mismatch[] {
  return intraNamespace
    .filter(({ name }) => platform.namespaces.includes(name))
    .map(({ name }) => ({
      path: ['intraNamespace', name],
      value: name,
      expected: 'no platform namespace, whose own policy says it',
    }));
}
