import { printable } from '../../printable.ts';
import { plural } from '../../units.ts';
import type { WordsOf } from './rule-words.ts';

type ObjectRules =
  | 'broken-file'
  | 'invalid-catalog'
  | 'refused-object'
  | 'unknown-field'
  | 'unresolved-variable'
  | 'duplicate-object'
  | 'policy-not-applied';

export const OBJECT_WORDS: WordsOf<ObjectRules> = {
  'broken-file': {
    what: ({ problem, value, expected }) => {
      const detail = [value, expected === '' ? '' : `expected ${expected}`].filter((part) => part !== '');
      const shown = detail.length === 0 ? '' : `: ${printable(detail.join('; '))}`;
      switch (problem) {
        case 'yaml-syntax':
          return `this is no valid YAML${shown}`;
        case 'over-limit':
          return `this is over a limit${shown}`;
        case 'unreadable-file':
          return `this file cannot be read${shown}`;
      }
    },
    why: 'What cannot be read is not applied, and nothing here can judge it',
    fix: () => 'mend the file; the first mistake hides those behind it',
  },
  'invalid-catalog': {
    what: ({ value, expected, isUnknown }) =>
      isUnknown
        ? `the catalog has no such field${expected === '' ? '' : `; did you mean ${printable(expected)}?`}`
        : `${value === '' ? 'this' : printable(value)} cannot stand here`,
    why: 'The catalog says what profiles and resources mean; what is wrong in it is left at its default',
    fix: ({ expected, isUnknown }) =>
      expected === ''
        ? 'remove it'
        : isUnknown
          ? `write ${printable(expected)}, or remove it`
          : `it must be ${printable(expected)}`,
  },
  'refused-object': {
    what: ({ by, value }) =>
      `${by === 'agent' ? "Cilium's agent" : 'the API server'} refuses the object for this${value === '' ? '' : `: ${printable(value)}`}`,
    why: 'One mistake refuses the whole object. What the agent refuses is in the cluster, looks applied, and does nothing; an older version of it stays in force',
    fix: ({ expected }) => (expected === '' ? 'correct it' : `it must be ${printable(expected)}`),
  },
  'unknown-field': {
    what: ({ name, isNull, opensPorts }) =>
      `${isNull ? `${printable(name)} has no value` : `there is no field ${printable(name)}`}, so the API server drops it${opensPorts ? ', and its ports are open to everyone' : ''}`,
    why: 'A misspelt peer leaves a rule without one. With ports beside it such a rule admits every peer, the internet too',
    fix: ({ nearest, isNull }) => {
      if (isNull) return 'give it a value, or remove it';
      return nearest === '' ? 'remove it, or find the right name' : `did you mean ${printable(nearest)}?`;
    },
  },
  'unresolved-variable': {
    what: ({ text, mayBeInCluster, objects }) =>
      mayBeInCluster
        ? `no file has a value for ${printable(text)}, so ${plural(objects, 'object')} cannot be judged`
        : `${printable(text)} has no value, and Flux would put nothing in its place`,
    why: 'A policy with an unreplaced variable is refused or means something else. Where the value is only in the cluster, nothing here can say which',
    fix: ({ names, mayBeInCluster }) => {
      const [name = 'NAME'] = names;
      return mayBeInCluster
        ? `give the value with --var ${printable(name)}=…, or write it under the cluster's variables in propolis.yaml`
        : `give ${printable(name)} a value in postBuild, or correct its name`;
    },
  },
  'duplicate-object': {
    what: ({ first }) => `the same object is declared at ${printable(first)}`,
    why: 'Only one of them is in the cluster, and which one depends on the order in which they are applied',
    fix: () => 'merge them, or give one another name',
  },
  'policy-not-applied': {
    what: ({ file }) => `no kustomization lists ${printable(file)}, though one stands beside it`,
    why: 'A policy that nothing applies protects nothing, and looks as if it did',
    fix: () => 'add the file to the resources of the kustomization, or delete it',
  },
};
