import type { Catalog } from '../catalog/index.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Policy, PolicySpec, Rule } from '../model/policy.ts';
import type { Problem, RepositoryRead, SourceFile } from '../model/repository.ts';
import { type Documents, documentsOf } from './facts/documents.ts';
import { type LintWorld, lintWorld } from './facts/lint-world.ts';
import { type NamespaceFacts, namespaceFacts } from './facts/namespaces.ts';
import { type PodFacts, podFacts } from './facts/pods.ts';
import { usesModel } from './facts/uses-model.ts';

export interface LintInputs {
  /** All files of the repository, and no others. */
  readonly files: readonly SourceFile[];
  readonly read: RepositoryRead;
  readonly catalog: Catalog;
  readonly agent: AgentOptions;
  /** What is wrong in `propolis.yaml`, or could not be read. */
  readonly problems?: readonly Problem[];
}

/** One of the specs of a policy. */
export interface SpecSite {
  readonly policy: Policy;
  readonly spec: PolicySpec;
}

/** One rule with all that it stands in. */
export interface RuleSite extends SpecSite {
  readonly rule: Rule;
}

/** What rules may look at. Whatever takes time is computed when it is first asked for. */
export interface LintContext extends LintInputs {
  readonly specs: readonly SpecSite[];
  readonly rules: readonly RuleSite[];
  readonly documents: Documents;
  readonly namespaces: NamespaceFacts;
  readonly pods: PodFacts;
  readonly world: () => LintWorld;
  /** Whether the model of profiles and access labels is in use here; else the catalog's defaults are a guess. */
  readonly usesModel: boolean;
}

export function lintContext(inputs: LintInputs): LintContext {
  const specs = inputs.read.policies.flatMap((policy) => policy.specs.map((spec) => ({ policy, spec })));
  const rules = specs.flatMap((site) => site.spec.rules.map((rule) => ({ ...site, rule })));
  const documents = documentsOf(inputs.files, inputs.read);
  let world: LintWorld | undefined;
  return {
    ...inputs,
    specs,
    rules,
    documents,
    namespaces: namespaceFacts(inputs.read, documents),
    pods: podFacts(inputs.read),
    world: () => (world ??= lintWorld(inputs)),
    usesModel: usesModel(inputs),
  };
}
