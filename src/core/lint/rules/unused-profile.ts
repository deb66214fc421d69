import { profileLabel } from '../../catalog/index.ts';
import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface UnusedProfileFields {
  readonly profile: string;
}

export const unusedProfile: Rule<'unused-profile', UnusedProfileFields> = defineRule({
  id: 'unused-profile',
  name: 'Profile of the catalog that no namespace has',
  severity: 'info',
  group: 'model',
  examples: {
    wrong: {
      'propolis.yaml': `profiles:
  lan:
    description: Apps that speak to devices in the house.
    ingress: [internal]
`,
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: standard
`,
    },
    right: {
      'propolis.yaml': `profiles:
  lan:
    description: Apps that speak to devices in the house.
    ingress: [internal]
`,
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: zigbee
  labels:
    network-policy.homelab/profile: lan
`,
    },
  },
  check({ catalog, namespaces, documents }, report) {
    if (namespaces.declared.length === 0) return;
    const label = profileLabel(catalog);
    const used = new Set(namespaces.all.map(({ labels }) => labels[label]));
    const file = documents.file('propolis.yaml');
    const document = file?.documents[0]?.parse();
    if (document === undefined) return;
    const root = document.locate(['profiles']);
    for (const { name } of catalog.profiles) {
      if (used.has(name)) continue;
      const place = document.locate(['profiles', name]);
      // Not in the file: one of the defaults.
      if (place.line === root.line && place.column === root.column) continue;
      report({ at: atPlace(place, `profiles.${name}`), fields: { profile: name }, key: name });
    }
  },
});
