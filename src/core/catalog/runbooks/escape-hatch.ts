import { alertRules, DEADLINE_STEP_SECONDS, durationText } from '../alerts/index.ts';
import { ENFORCEMENT_DISABLED, enforcementLabel, hatchAnnotationKeys, hatchAnnotations } from '../lookup.ts';
import { code, tableOf } from '../render/markdown.ts';
import type { Catalog } from '../types.ts';
import { beginning, shell } from './parts.ts';

/** From the alarm to the pull request: what an open namespace means, and how to open and close one. */
export function escapeHatchRunbook(catalog: Catalog): string {
  const sections = [
    '# Network policy: the escape hatch',
    `A namespace with the label ${code(openLabel(catalog))} is open: everything may reach it and it may reach everything, at both ends. It is for emergencies, when policy blocks what must flow and there is no time for a pull request.`,
    ...beginning(catalog),
    ...meaning(catalog),
    ...impact(),
    ...diagnosis(catalog),
    ...mitigation(catalog),
  ];
  return `${sections.join('\n\n')}\n`;
}

function openLabel(catalog: Catalog): string {
  return `${enforcementLabel(catalog)}=${ENFORCEMENT_DISABLED}`;
}

function meaning(catalog: Catalog): readonly string[] {
  const rows = alertRules(catalog)
    .filter(({ runbook }) => runbook === 'network-policy-escape-hatch')
    .map(({ alert, severity, forSeconds, summary }) => [
      code(alert),
      severity,
      forSeconds === 0 ? 'at once' : `after ${durationText(forSeconds)}`,
      summary.replaceAll('{{ $labels.namespace }}', 'X'),
    ]);
  return ['## Meaning', tableOf(['alert', 'severity', 'fires', 'says'], rows)];
}

function impact(): readonly string[] {
  return [
    '## Impact',
    '- Any pod of the cluster, and whoever reaches the pods from outside, may talk to every port of the namespace.\n- Its pods may reach everything: databases of others, the Kubernetes API, the internet.\n- Deny rules still hold: an allow never overrides them.\n- Other namespaces keep their limits among each other.',
  ];
}

function diagnosis(catalog: Catalog): readonly string[] {
  return [
    '## Diagnosis',
    'Which namespaces are open, since when, by whom and why:',
    shell('propolis hatch status'),
    shell(`kubectl get namespaces -l ${openLabel(catalog)} --show-labels`),
    'What is dropped, why, and the fix in Git:',
    shell('propolis debug "$NAMESPACE" --cluster --since 15m'),
    shell('hubble observe --verdict DROPPED --namespace "$NAMESPACE" --since 15m'),
    'What opening the namespace would relieve, and what it would not: a deny rule, the policy of an unmanaged peer, a drop that is not about policy. Often a label would do, and this says so:',
    shell('propolis hatch plan "$NAMESPACE" --since 15m'),
  ];
}

function mitigation(catalog: Catalog): readonly string[] {
  const { hatch } = catalog;
  const annotations = hatchAnnotations(catalog);
  const ticket = hatch.ticketRequired ? ' --ticket INC-1' : '';
  const confirm =
    hatch.confirmOn.length === 0
      ? ''
      : ` On ${hatch.confirmOn.join(' and ')} it asks for the name of the namespace, or takes \`--confirm "$NAMESPACE"\`.`;
  return [
    '## Mitigation',
    '### Open',
    `For ${durationText(hatch.defaultSeconds)} unless you say otherwise, for ${durationText(hatch.maxSeconds)} at the most.${confirm}`,
    shell(
      `propolis hatch open "$NAMESPACE" --reason "checkout is down"${ticket} --for ${durationText(hatch.defaultSeconds)} --confirm "$NAMESPACE"`,
    ),
    'The same by hand. A plain `kubectl label` is reverted by Flux at the next reconciliation, so this applies the label under a field manager of its own, with the end that alerts and `propolis hatch reap` go by:',
    shell(
      'kubectl apply --server-side --field-manager=propolis-hatch -f - <<EOF',
      'apiVersion: v1',
      'kind: Namespace',
      'metadata:',
      '  name: $NAMESPACE',
      '  labels:',
      `    ${enforcementLabel(catalog)}: ${ENFORCEMENT_DISABLED}`,
      '  annotations:',
      `    ${annotations.reason}: checkout is down`,
      ...(hatch.ticketRequired ? [`    ${annotations.ticket}: INC-1`] : []),
      `    ${annotations.by}: "$USER"`,
      `    ${annotations.since}: "$(date -u +%Y-%m-%dT%H:%M:%SZ)"`,
      `    ${annotations.untilUnix}: "${endInShell(hatch.defaultSeconds)}"`,
      'EOF',
    ),
    '### See that traffic flows',
    shell('propolis observe --namespace "$NAMESPACE" --cluster --since 1m'),
    shell('hubble observe --namespace "$NAMESPACE" --since 1m'),
    '### Mend it in Git',
    'Never with kubectl. In a clone of the repository this prints the smallest fix, proven at both ends; `--apply --pull-request` in place of `-o diff` makes it a branch and opens its pull request:',
    shell('propolis debug "$NAMESPACE" --since 15m -o diff'),
    '### Close',
    'First see what the traffic since then would lose, then close:',
    shell('propolis hatch close "$NAMESPACE" --check'),
    shell('propolis hatch close "$NAMESPACE"'),
    'The same by hand:',
    shell(
      `kubectl label namespace "$NAMESPACE" ${enforcementLabel(catalog)}-`,
      `kubectl annotate namespace "$NAMESPACE" ${hatchAnnotationKeys(catalog)
        .map((key) => `${key}-`)
        .join(' ')}`,
    ),
    'Then verify, with the other runbook: [network-policy-verification.md](network-policy-verification.md).',
  ];
}

/** Seconds since 1970, on a mark that alerts can compare with the time, as any POSIX shell works it out. */
function endInShell(seconds: number): string {
  const step = DEADLINE_STEP_SECONDS;
  return `$(( ($(date +%s) + ${seconds + step - 1}) / ${step} * ${step} ))`;
}
