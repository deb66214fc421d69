import { printable } from '../../printable.ts';
import { listText } from '../../words/policy.ts';
import type { WordsOf } from './rule-words.ts';

type ModelRules =
  | 'any-port'
  | 'enforcement-disabled'
  | 'explicit-default-deny'
  | 'hard-coded-address'
  | 'label-as-annotation'
  | 'misspelt-label'
  | 'mixed-input'
  | 'namespace-without-profile'
  | 'profile-differs'
  | 'profile-on-platform'
  | 'unknown-access'
  | 'unknown-profile'
  | 'unused-profile';

export const MODEL_WORDS: WordsOf<ModelRules> = {
  'any-port': {
    what: ({ direction, peers, how, isOwn }) =>
      `${direction} ${direction === 'egress' ? 'to' : 'from'} ${isOwn ? 'pods of its own namespace' : listText(peers.map(printable))} on every port${how === 'no-ports' ? ' and protocol, since no port is named' : ''}`,
    why: 'A rule for any port admits whatever listens, today and tomorrow: databases, admin interfaces, debuggers. On the way out it lets everything leave',
    fix: () => 'name the ports of the pods in toPorts; a range is better than none',
  },
  'enforcement-disabled': {
    what: ({ namespace, value, isOpen }) =>
      isOpen
        ? `network policy of namespace ${printable(namespace)} is switched off in Git`
        : `the value "${printable(value)}" does nothing; only "disabled" opens the escape hatch`,
    why: 'The escape hatch is for emergencies: it has a clock, a reason and an alarm. A label in Git has none of these, and stays',
    fix: ({ label, isOpen }) =>
      isOpen
        ? `remove ${printable(label)} and mend the policy; in an emergency use propolis hatch`
        : `remove ${printable(label)}`,
  },
  'explicit-default-deny': {
    what: ({ directions, isRedundant }) =>
      isRedundant
        ? `the policy only denies ${directions.join(' and ')}, which is denied without it`
        : `the policy only denies ${directions.join(' and ')}`,
    why: 'All traffic is denied as soon as any rule selects a pod, and the baselines select every pod. A policy that only denies is one more thing to keep in step, and hides which policy isolates a pod',
    fix: ({ isRedundant }) =>
      isRedundant
        ? 'delete it; the baselines isolate these pods'
        : 'let the baselines select every pod (propolis render writes them), then delete it',
  },
  'hard-coded-address': {
    what: ({ cidr, direction }) =>
      `${direction} ${direction === 'egress' ? 'to' : 'from'} the hard-coded address ${printable(cidr)}`,
    why: 'Addresses change, and nobody knows any more what they meant. A rule for an old address protects nothing, or admits whoever has it now',
    fix: () =>
      'use a selector, an entity or a DNS name; for a device without a name, write the range under externalRanges in propolis.yaml with a description',
  },
  'label-as-annotation': {
    what: ({ annotation, value, isAlsoLabel, isTemplate, namespaces }) =>
      `${printable(annotation)}: ${printable(value)} is an annotation${isAlsoLabel ? ' as well as a label' : ', where a label was meant'}${isTemplate && namespaces > 1 ? `, for ${namespaces} namespaces by one template` : ''}`,
    why: 'Policies select by labels. An annotation opens nothing, and one beside a label will some day say something else than the label does',
    fix: ({ isAlsoLabel, isTemplate }) =>
      isAlsoLabel
        ? `remove the annotation${isTemplate ? ' from the template' : ''}; the label is what counts`
        : 'move it to labels',
  },
  'misspelt-label': {
    what: ({ label, nearest }) =>
      `no policy knows the label ${printable(label)}; ${printable(nearest)} is very near`,
    why: 'A misspelt label is accepted by everything and does nothing',
    fix: ({ nearest }) => `write ${printable(nearest)}`,
  },
  'mixed-input': {
    what: ({ input, off, on, keys }) =>
      `the input ${printable(input)} is false ${off}× and a map (${listText(keys.map(printable))}) ${on}×`,
    why: 'Whoever sets a profile must know that false has to become a map here; a value beside it, or a map without the right field, renders nothing',
    fix: ({ input }) =>
      `write ${printable(input)}: {} where there is none, so that a profile is one line more; the template's if takes both for no`,
  },
  'namespace-without-profile': {
    what: ({ namespace }) =>
      `namespace ${printable(namespace)} has neither a profile nor a policy of its own`,
    why: 'It is left with what the baselines admit. That may be meant, and is better said',
    fix: ({ label, profiles }) =>
      `add ${printable(label)} with one of ${profiles.map(printable).join(', ')} (propolis profile choose asks which)`,
  },
  'profile-differs': {
    what: ({ profile, direction, peers, how, ports }) => {
      const way = `${direction} ${direction === 'egress' ? 'to' : 'from'} ${listText(peers.map(printable))}`;
      return how === 'opens-more'
        ? `profile ${printable(profile)} opens ${way} on ${listText(ports)}, which the catalog does not say`
        : `profile ${printable(profile)} opens no ${way}, and the catalog says ${listText(ports)}`;
    },
    why: 'Teams choose a profile by what its table says. A profile that does more is a hole in all namespaces that have it; one that does less is a riddle for them',
    fix: ({ how }) =>
      how === 'opens-more'
        ? 'remove it from the policy, or write it into the profile in propolis.yaml'
        : 'add the rule to the policy (propolis render writes it), or take it out of the profile in propolis.yaml',
  },
  'profile-on-platform': {
    what: ({ namespace, profile }) =>
      `platform namespace ${printable(namespace)} has the profile ${printable(profile)}`,
    why: 'A platform namespace is reached by everyone and has a policy written for it. A profile on top admits gateways and ways out that nobody reviewed there',
    fix: ({ label }) => `remove ${printable(label)}; what it opened belongs into the namespace's own policy`,
  },
  'unknown-access': {
    what: ({ namespace, resource, value, problem }) => {
      switch (problem) {
        case 'unknown':
          return `namespace ${printable(namespace)} asks for access to ${printable(resource)}, which is no resource`;
        case 'value':
          return `"${printable(value)}" grants no access to ${printable(resource)}; only "true" does`;
        case 'without-policy':
          return `no policy grants access to ${printable(resource)} by this label`;
      }
    },
    why: 'An access label that no policy selects is accepted by everything and opens nothing',
    fix: ({ problem, nearest, resource }) => {
      switch (problem) {
        case 'unknown':
          return nearest === ''
            ? `add ${printable(resource)} to the resources in propolis.yaml, or remove the label`
            : `did you mean ${printable(nearest)}?`;
        case 'value':
          return 'write "true", or remove the label';
        case 'without-policy':
          return 'render the policies of the catalog (propolis render), or remove the label';
      }
    },
  },
  'unknown-profile': {
    what: ({ namespace, profile, problem }) =>
      problem === 'unknown'
        ? `namespace ${printable(namespace)} has the profile ${printable(profile)}, which there is not`
        : `no policy selects the profile ${printable(profile)} of namespace ${printable(namespace)}`,
    why: 'A profile that no policy selects leaves its namespace with the baselines alone, and nothing says so',
    fix: ({ problem, nearest, known }) => {
      if (problem === 'without-policy') return 'render the policies of the catalog (propolis render)';
      return nearest === ''
        ? `write one of ${known.map(printable).join(', ')}`
        : `did you mean ${printable(nearest)}?`;
    },
  },
  'unused-profile': {
    what: ({ profile }) => `no namespace has the profile ${printable(profile)}`,
    why: 'A profile that nobody has is a policy that nobody tests',
    fix: () => 'remove it from the catalog, or use it',
  },
};
