import { deleteField } from '../../manifest/edit/delete-field.ts';
import type { Path } from '../../model/place.ts';
import type { Policy } from '../../model/policy.ts';
import type { LintContext } from '../context.ts';
import type { Fix } from '../rule.ts';

/** Deletes a field that does nothing from its file; undefined where the edit is refused. */
export function removeField({ files }: LintContext, policy: Policy, path: Path): Fix | undefined {
  const file = files.find((one) => one.path === policy.place.file);
  if (file === undefined || policy.document === undefined) return undefined;
  const result = deleteField(file, { document: policy.document, path: [...(policy.root ?? []), ...path] });
  return result.kind === 'edit' ? { file: result.file, edits: result.edits } : undefined;
}
