import type { ChangeRefusal, WantedLabels } from '../change/index.ts';
import { plainText, quotedText } from '../manifest/edit/scalar-text.ts';
import { platformRefusalText } from './change-platform-refusal.ts';
import { didYouMean, editRefusalText, type RefusalText } from './change-words.ts';
import { printable } from './printable.ts';
import { listText, placeText } from './words/policy.ts';

export { editRefusalText } from './change-words.ts';

export function refusalJson(refusal: ChangeRefusal): unknown {
  const { message, remedy } = refusalText(refusal);
  return { ...refusal, text: message, remedy: remedy.join('\n') };
}

export function refusalText(refusal: ChangeRefusal): RefusalText {
  switch (refusal.code) {
    case 'unknown-namespace': {
      const { namespace, nearest, elsewhere } = refusal;
      const others =
        elsewhere.length > 0
          ? [`It is in ${listText(elsewhere.map(printable))}: choose one with --env.`]
          : [];
      return {
        message: `There is no namespace "${printable(namespace)}" in the files.`,
        remedy: others.length > 0 ? others : [didYouMean(nearest, 'Check the name, --repo and --env.')],
      };
    }
    case 'unknown-profile':
    case 'unknown-resource': {
      const { value, nearest, known } = refusal;
      const [noun, field] =
        refusal.code === 'unknown-profile' ? ['profile', 'profiles'] : ['shared resource', 'resources'];
      return {
        message: `The catalog has no ${noun} "${printable(value)}".`,
        remedy: [
          didYouMean(nearest, `It must be one of ${known.map(printable).join(', ')}.`),
          `A new one is an entry under ${field} in propolis.yaml.`,
        ],
      };
    }
    case 'platform-profile':
      return {
        message: `${printable(refusal.namespace)} is a platform namespace, which never has a profile.`,
        remedy: [
          'Its own CiliumNetworkPolicy says what it may do: change that, or begin one with `propolis platform add`.',
          'If it is none any more, take it out of platform.namespaces in propolis.yaml.',
        ],
      };
    case 'not-declared': {
      const { namespace, place, wanted } = refusal;
      return {
        message: `No file declares the namespace ${printable(namespace)}; ${placeText(place)} only uses it.`,
        remedy: ['By hand, in a file that a kustomization lists:', ...namespaceYaml(namespace, wanted)],
      };
    }
    case 'several-clusters': {
      const places = refusal.places.map(
        ({ cluster, place }) => `${printable(cluster)} (${placeText(place)})`,
      );
      return {
        message: `Several clusters declare the namespace ${printable(refusal.namespace)}: ${places.join(', ')}.`,
        remedy: ['Say which one is meant with --env.'],
      };
    }
    case 'declared-twice': {
      const { namespace, place, other } = refusal;
      return {
        message: `The namespace ${printable(namespace)} is declared twice, at ${printable(other)} and ${placeText(place)}: which labels count depends on what is deployed last.`,
        remedy: ['Remove one of the two, then run this again.'],
      };
    }
    case 'shared-declaration': {
      const { place, others, wanted, namespace } = refusal;
      return {
        message: `${placeText(place)} declares other namespaces too (${listText(others.map(printable))}), and they would get the labels as well.`,
        remedy: [
          `By hand, as a patch in the kustomization of ${printable(namespace)}:`,
          ...patchYaml(wanted),
        ],
      };
    }
    case 'edit-refused':
      return {
        message: `${printable(refusal.refusal.file)}:${refusal.refusal.line} could not be changed safely: ${editRefusalText(refusal.refusal)}.`,
        remedy: ['By hand, under metadata.labels of the Namespace:', ...labelsYaml(refusal.wanted)],
      };
    case 'set-elsewhere': {
      const { cluster, place, wanted } = refusal;
      const where = cluster === '' ? '' : ` in ${printable(cluster)}`;
      return {
        message: `A change at ${placeText(place)} would not be what the namespace gets${where}: a kustomization, a patch or a component sets the labels after it.`,
        remedy: ['Change it there by hand, so that the Namespace ends with:', ...labelsYaml(wanted)],
      };
    }
    case 'reaches-more':
      return {
        message: `A change at ${placeText(refusal.place)} would reach more than was asked for: ${listText(refusal.what.map(printable))}.`,
        remedy: ['Change it by hand, and look at what else changes with `propolis diff`.'],
      };
    case 'bad-peer':
    case 'has-profile':
    case 'policy-exists':
    case 'file-exists':
    case 'no-metrics-port':
    case 'list-refused':
    case 'not-applied':
    case 'policy-refused':
    case 'would-drop':
      return platformRefusalText(refusal);
  }
}

function namespaceYaml(namespace: string, wanted: WantedLabels): readonly string[] {
  const labels = labelsYaml(wanted).filter((line) => !line.includes('remove'));
  return [
    '  apiVersion: v1',
    '  kind: Namespace',
    '  metadata:',
    `    name: ${scalar(namespace)}`,
    ...(labels.length === 0 ? [] : ['    labels:', ...labels.map((line) => `    ${line}`)]),
  ];
}

function patchYaml(wanted: WantedLabels): readonly string[] {
  const lines = Object.entries(wanted).map(
    ([key, value]) => `${scalar(key)}: ${value === undefined ? 'null' : scalar(value)}`,
  );
  return [
    '  patches:',
    '    - target:',
    '        kind: Namespace',
    '      patch: |',
    '        apiVersion: v1',
    '        kind: Namespace',
    '        metadata:',
    '          name: any',
    '          labels:',
    ...lines.map((line) => `            ${line}`),
  ];
}

function labelsYaml(wanted: WantedLabels): readonly string[] {
  return Object.entries(wanted).map(([key, value]) =>
    value === undefined ? `  (remove ${printable(key)})` : `  ${scalar(key)}: ${scalar(value)}`,
  );
}

function scalar(text: string): string {
  return printable(plainText(text, 'block') ?? quotedText(text, '"'));
}
