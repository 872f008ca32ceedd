import { buildSchema, type FragmentDefinitionNode, Kind, parse, visit } from 'graphql';
import { expect, test } from 'vitest';
import { fragmentsOf } from './fragments.ts';
import { refusalsOf, refuse } from './refused-fields.ts';

const schema = buildSchema(
  'type Query { item: Item lists: [[Item!]!] } type Item { item: Item secret: Int open: Int }',
);

/** Paths of the refused fields, all of which are named `secret`. */
const placesOf = (query: string, isIncluded = () => true): (string | undefined)[] => {
  const { definitions } = visit(parse(query), {
    Field: (field) => (field.name.value === 'secret' ? refuse(field) : undefined),
  });
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('no operation');
  const fragments: ReadonlyMap<string, FragmentDefinitionNode> = fragmentsOf(definitions);
  return [...refusalsOf({ schema, operation, fragments, isIncluded }).values()]
    .flat()
    .map(({ path }) => path?.join('.'));
};

test('reports each place once, by its response keys, with the lists on the way', () => {
  expect(
    placesOf(
      '{ a: item { b: secret ...F ...F } lists { secret open } ... { item { open } } } fragment F on Item { b: secret }',
    ),
  ).toEqual(['a.b', 'lists.@.@.secret']);
});

test('searches fragments that expand exponentially without expanding them', () => {
  const levels = Array.from({ length: 60 }, (_, n) => `fragment F${n} on Item { ...F${n + 1} ...F${n + 1} }`);
  expect(placesOf(`{ item { ...F0 } } ${levels.join(' ')} fragment F60 on Item { secret }`)).toEqual(['item.secret']);
  const places = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Item { a: item { ...F${n + 1} } b: item { ...F${n + 1} } }`,
  );
  const bomb = `{ item { ...F0 } } ${places.join(' ')} fragment F60 on Item { LEAF }`;
  expect(placesOf(bomb.replace('LEAF', 'secret'))).toHaveLength(100);
  expect(placesOf(bomb.replace('LEAF', 'open'))).toEqual([]);
});
