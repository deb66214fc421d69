import { describe, expect, it } from 'vitest';
import { readScopes, scopesOf } from './scope.ts';
import { inputsOf } from './testing.ts';

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {team: "${TEAM}"}}\n';
const CATALOG = `clusters:
  dev: {environment: dev, paths: [dev], variables: {TEAM: red}}
  live: {environment: live, paths: [live], variableFiles: [live/team.env], cilium: {version: "1.18"}}
`;

describe('the clusters of a repository', () => {
  it('are one without a name where there are none', () => {
    expect(scopesOf(inputsOf({ 'a.yaml': NAMESPACE })).map(({ name }) => name)).toEqual(['']);
  });

  it('are its folders', () => {
    const files = { 'clusters/dev/a.yaml': NAMESPACE, 'clusters/live/a.yaml': NAMESPACE };
    const scopes = scopesOf(inputsOf(files, 'live'));
    expect(scopes.map(({ name, readOptions }) => [name, readOptions.environment])).toEqual([
      ['dev', 'dev'],
      ['live', 'live'],
    ]);
  });

  it('are those of the catalog, each with its paths, variables and options', () => {
    const inputs = inputsOf({
      'propolis.yaml': CATALOG,
      'dev/a.yaml': NAMESPACE,
      'live/a.yaml': NAMESPACE,
      'live/team.env': 'TEAM=blue\n',
    });
    const read = readScopes(scopesOf(inputs), inputs.files);
    expect(
      read.map((scope) => [
        scope.name,
        scope.options.version,
        scope.read.namespaces.map(({ labels, place }) => [labels['team'], place.file]),
      ]),
    ).toEqual([
      ['dev', inputs.options.version, [['red', 'dev/a.yaml']]],
      ['live', '1.18', [['blue', 'live/a.yaml']]],
    ]);
  });

  it('keep what was asked for on the command line for the one that was chosen', () => {
    const inputs = inputsOf({ 'propolis.yaml': CATALOG, 'dev/a.yaml': NAMESPACE }, 'dev');
    const given = { ...inputs.readOptions, variables: { TEAM: 'green' } };
    const [dev] = readScopes(scopesOf({ ...inputs, readOptions: given }), inputs.files);
    expect(dev?.read.namespaces[0]?.labels['team']).toBe('green');
  });

  it('have one more where a name was asked for that the catalog lacks', () => {
    const inputs = inputsOf({ 'propolis.yaml': CATALOG, 'dev/a.yaml': NAMESPACE }, 'other');
    expect(scopesOf(inputs).map(({ name }) => name)).toEqual(['other', 'dev', 'live']);
  });

  it('leave out one that has nothing in the repository', () => {
    const catalog = 'clusters: {dev: {environment: dev}, gone: {environment: live}}\n';
    const inputs = inputsOf({ 'propolis.yaml': catalog, 'clusters/dev/a.yaml': NAMESPACE });
    expect(readScopes(scopesOf(inputs), inputs.files).map(({ name }) => name)).toEqual(['dev']);
  });
});
