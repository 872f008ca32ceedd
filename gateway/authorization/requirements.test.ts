import { composeServices } from '@apollo/composition';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { readRequirements } from './requirements.ts';

const sdlOf = (types: string): string => {
  const typeDefs = parse(`
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes"])
type Query { named: Named }
${types}
`);
  const { supergraphSdl, errors } = composeServices([{ name: 'one', url: 'http://127.0.0.1:1/', typeDefs }]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
};
const keysOf = (sdl: string): Record<string, readonly string[]> => {
  const { schema } = Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  return Object.fromEntries(
    [...(readRequirements(schema) ?? [])].map(([coordinate, all]) => [coordinate, all.map(({ key }) => key)]),
  );
};

test('a supergraph without restrictions has none', () => {
  expect(keysOf(sdlOf('interface Named { name: ID } type Person implements Named { name: ID }'))).toEqual({});
});

test('an interface requires what its types require, even where composition did not write it there', () => {
  const sdl = sdlOf(`interface Named { name: ID  age: Int }
    type Person implements Named @authenticated { name: ID age: Int }
    type Robot implements Named { name: ID @requiresScopes(scopes: [["robots"]]) age: Int }`);
  const [before = '', after = ''] = sdl.split('interface Named');
  const older = `${before}interface Named${after.replace(/@(authenticated|requiresScopes\(.*?\))\s/s, '')}`;
  for (const text of [sdl, older]) {
    expect(keysOf(text)).toMatchObject({
      'Named.name': expect.arrayContaining(['authenticated', 'scopes [["robots"]]']),
      'Named.age': ['authenticated'],
      'Person.age': ['authenticated'],
      'Robot.name': ['scopes [["robots"]]'],
    });
  }
});
