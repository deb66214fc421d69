import { expect, it } from 'vitest';
import { nearestName } from './nearest.ts';

it.each([
  ['profile', ['profiles', 'paths'], 'profiles'],
  ['Profiles', ['profiles', 'paths'], 'profiles'],
  ['lables', ['labels', 'ports'], 'labels'],
  ['entirely', ['labels', 'ports'], undefined],
  ['x', ['labels', 'y'], 'y'],
  ['a'.repeat(101), ['a'.repeat(100)], undefined],
])('takes %s among %j for %s', (word, names, expected) => {
  expect(nearestName(word, names)).toBe(expected);
});
