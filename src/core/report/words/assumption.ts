import type { Assumption } from '../../diagnose/index.ts';
import type { EngineAssumption } from '../../model/decision.ts';
import type { Approximation, Problem } from '../../model/repository.ts';
import { printable } from '../printable.ts';
import { count, plural, portText } from '../units.ts';
import { placeText, policyText } from './policy.ts';

/** What an answer rests on, in a sentence without a full stop. */
export function assumptionText(assumption: Assumption): string {
  switch (assumption.code) {
    case 'cilium-version':
      return `judged by the rules of Cilium ${assumption.version}`;
    case 'cluster-name':
      return `the cluster is called ${printable(assumption.name)}, as the flows say`;
    case 'approximation':
      return approximationText(assumption.approximation);
    case 'problem':
      return `${plural(assumption.count, 'problem')} in the files, first at ${placeText(assumption.first.place)}: ${problemText(assumption.first)}`;
    case 'refused-policies':
      return refusedText(assumption);
    case 'passed-though-denied': {
      const { from, to, port, protocol } = assumption.example;
      return `${plural(assumption.count, 'flow')} passed that the files would deny, such as ${printable(from)} → ${printable(to)} ${portText(port, protocol)}: the files are newer than the record, not applied, or refused by the agent`;
    }
    case 'lost-events':
      return `Hubble lost ${plural(assumption.count, 'event')}: there may be more drops than these`;
    case 'skipped-lines':
      return `${plural(assumption.count, 'line')} not understood, first ${printable(assumption.file)}:${assumption.firstLine}`;
    case 'labels-from-files':
      return `${plural(assumption.count, 'end')} without labels in the flows: labels taken from the files`;
    case 'labels-unknown':
      return `${plural(assumption.count, 'end')} without labels in flows or files, such as ${printable(assumption.example)}: judged by namespace alone`;
    case 'too-many-edges':
      return `${plural(assumption.count, 'flow')} beyond the limit of edges, counted and not diagnosed`;
    case 'engine':
      return engineAssumptionText(assumption.assumption);
  }
}

function refusedText({
  count: times,
  first,
  because,
}: Extract<Assumption, { readonly code: 'refused-policies' }>): string {
  const why = because === undefined ? '' : `: ${problemText(because)}`;
  const reason =
    because?.code === 'unresolved-variable'
      ? 'for want of values that the cluster may have (--var NAME=VALUE gives one)'
      : 'as the cluster would refuse them';
  return `${plural(times, 'policy', 'policies')} left out, ${reason}; first ${policyText(first)} (${placeText(because?.place ?? first.place)})${why}`;
}

export function engineAssumptionText(assumption: EngineAssumption): string {
  const policy = policyText(assumption.policy);
  switch (assumption.code) {
    case 'fqdn-unknown':
      return `${policy} allows by the name ${printable(assumption.pattern)}, and which addresses it has is not known here`;
    case 'l7-not-evaluated':
      return `${policy} looks into the contents, which were not given`;
    case 'cloud-group-unresolved':
      return `${policy} names cloud security groups, which no file resolves`;
    case 'service-unknown':
      return `${policy} names the Service ${printable(assumption.service)}, which is not in the files; with ports, such a rule opens them to every destination`;
    case 'cidr-group-unknown':
      return `${policy} names the CIDR group ${printable(assumption.group)}, which is not in the files`;
    case 'labels-unknown':
      return `${policy} asks for labels of ${printable(assumption.pod)}, which are not known here`;
    case 'secret-unknown':
      return `${policy} compares a header with a Secret`;
    case 'authentication-required':
      return `${policy} demands mutual authentication; whether it succeeds is not decided here`;
  }
}

function approximationText({ code, count: times, place, detail }: Approximation): string {
  const where = `${printable(detail)}${times > 1 ? ` (${count(times)}×, first ${placeText(place)})` : ` (${placeText(place)})`}`;
  switch (code) {
    case 'kustomize-not-built':
      return `kustomizations were read and not built: ${where}`;
    case 'helm-not-rendered':
      return `Helm releases were not rendered, so their workloads and policies are unknown: ${where}`;
    case 'resource-set-not-rendered':
      return `a ResourceSet was not rendered: ${where}`;
    case 'template-skipped':
      return `files with templates were skipped: ${where}`;
    case 'kind-not-judged':
      return `policies of a kind that is not judged: ${where}`;
    case 'variable-unknown':
      return `a variable has no value in the files: ${where}`;
    case 'encrypted':
      return `encrypted files were not read: ${where}`;
    case 'environment-chosen':
      return `of several clusters one was taken: ${where}`;
    case 'not-applied':
      return `files that no kustomization lists were left out: ${where}`;
    case 'cluster-kind-unread':
      return `${printable(detail)} of the cluster could not be read, so what they say is unknown`;
    case 'cluster-snapshot':
      return `the cluster as it was at ${printable(detail)}`;
    case 'cluster-agent':
      return `the cluster says how its agents judge: ${where}`;
  }
}

/** A problem in a file, without its place. */
export function problemText({ code, field, value, expected, object }: Problem): string {
  const at = field === '' ? '' : `${printable(field)} `;
  const must = expected === '' ? '' : `expected ${printable(expected)}`;
  const wrong =
    value === ''
      ? `${at.trimEnd()}: ${must}`
      : `${at}is ${printable(value)}${must === '' ? '' : `; ${must}`}`;
  switch (code) {
    case 'unreadable-file':
      return `could not be read${value === '' ? '' : `: ${printable(value)}`}`;
    case 'yaml-syntax':
      return `no valid YAML${value === '' ? '' : `: ${printable(value)}`}`;
    case 'over-limit':
      return `${at}over a limit${must === '' ? '' : `; ${must}`}`;
    case 'unknown-field':
      return `${at}is no field of this kind${expected === '' ? '' : `; did you mean ${printable(expected)}?`}`;
    case 'schema':
      // The catalog is no object of the cluster.
      return `${wrong}${object === undefined ? '' : ', so the API server refuses the object'}`;
    case 'refused-by-agent':
      return `${wrong}, so Cilium's agent refuses the object`;
    case 'unresolved-variable':
      return `${at}${value === '' ? '' : `is ${printable(value)}`}: a variable without a value`;
    case 'duplicate-object':
      return 'declared twice; the last one was taken';
    case 'not-permitted':
      return `the API server does not allow to ${printable(value)}; the rule to grant it is ${printable(expected)} (docs/rbac.md has the roles)`;
  }
}
