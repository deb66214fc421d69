import type { Catalog } from '../types.ts';
import { baselineDocuments, kubeApiResource } from './baselines.ts';
import type { PolicyDocument } from './document.ts';
import { hatchDocument } from './escape-hatch.ts';
import { intraNamespaceDocuments } from './intra-namespace.ts';
import { type Folder, joinPath, type Layout } from './layout.ts';
import { markYaml } from './marker.ts';
import { hboneBaseline } from './mesh.ts';
import { commentLines, printPolicy, schemaLine } from './print-policy.ts';
import { profileDocument } from './profiles.ts';
import { accessDocument } from './shared-resources.ts';

/** One file with policies, before it has a path. */
export interface PolicyFile {
  readonly folder: Exclude<Folder, 'platform'>;
  /** Without the ending. */
  readonly name: string;
  readonly documents: readonly PolicyDocument[];
}

/** Every policy that follows from the catalog, in the order in which a kustomization lists the files. */
export function policyFiles(catalog: Catalog): readonly PolicyFile[] {
  const file = (
    folder: PolicyFile['folder'],
    name: string,
    documents: readonly PolicyDocument[],
  ): readonly PolicyFile[] => (documents.length === 0 ? [] : [{ folder, name, documents }]);
  const kubeApi = kubeApiResource(catalog);
  return [
    ...baselineDocuments(catalog).flatMap(([name, document]) => file('baselines', name, [document])),
    ...(catalog.mesh.ambient ? file('baselines', 'hbone', [hboneBaseline(catalog)]) : []),
    ...file('baselines', 'intra-namespace', intraNamespaceDocuments(catalog)),
    ...file('baselines', 'escape-hatch', [hatchDocument(catalog)]),
    ...catalog.profiles.flatMap((profile) =>
      file('profiles', profile.name, [profileDocument(catalog, profile)]),
    ),
    ...catalog.resources
      .filter((resource) => resource !== kubeApi)
      .flatMap((resource) => file('sharedResources', resource.name, [accessDocument(catalog, resource)])),
  ];
}

export function policyPath({ folder, name, documents }: PolicyFile, { folders, longNames }: Layout): string {
  const long = documents[0]?.name ?? name;
  return joinPath(folders[folder], `${longNames ? long : name}.yaml`);
}

/** The text of a file of ours. */
export function policyFileText({ documents }: PolicyFile): string {
  return markYaml(documentsText(documents));
}

/** The text of a file that people go on with. */
export function skeletonText(document: PolicyDocument): string {
  const comment =
    'Begun by `propolis render`, and yours from now on: add what the namespace itself needs below, as further rules. A peer and its ports belong into one element of a list.';
  return `---\n${schemaLine(document)}\n${commentLines(comment).join('\n')}\n${printPolicy(document)}`;
}

function documentsText(documents: readonly PolicyDocument[]): string {
  return documents.map((document) => `---\n${schemaLine(document)}\n${printPolicy(document)}`).join('');
}
