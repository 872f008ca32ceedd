import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { expect, test } from 'vitest';
import { compose, graphTexts } from '#tests/federation/graphs.ts';
import { createEntityGrouping } from '../execution/entity-groups.ts';
import { compileRepresentation } from '../execution/representations.ts';
import type { ResponseTree } from '../execution/response-tree.ts';
import { createSchemaGeneration } from './schema-generation.ts';

const { environment } = createSchemaGeneration(compose(graphTexts.shop));

/** The positions of the entities in each group, and the representations. */
const group = (fields: readonly string[], entities: readonly ResponseTree[], isWhole = true) => {
  const selections = ['__typename', ...fields].map((name): QueryPlanSelectionNode => ({ kind: 'Field', name }));
  const requires: QueryPlanSelectionNode[] = [{ kind: 'InlineFragment', selections }];
  const { groups, text } = createEntityGrouping(compileRepresentation(requires, undefined, environment))(
    entities,
    isWhole,
  );
  return {
    groups: groups.map((alike) => alike.map((entity) => entities.indexOf(entity))),
    sent: JSON.parse(`[${text}]`),
  };
};

const product = (id: unknown): ResponseTree => ({ __typename: 'Product', id, sku: `sku of ${id}` });
const brand = (id: unknown): ResponseTree => ({ __typename: 'Brand', id });

test('groups entities that have the same key and type, in the order in which they come', () => {
  expect(group(['id'], [product('1'), brand('1'), product('2"'), product('1'), brand('1'), product('2"')])).toEqual({
    groups: [
      [0, 3],
      [1, 4],
      [2, 5],
    ],
    sent: [
      { __typename: 'Product', id: '1' },
      { __typename: 'Brand', id: '1' },
      { __typename: 'Product', id: '2"' },
    ],
  });
});

test('distinguishes keys that differ in kind', () => {
  const entities = ['1', 1, '1', 1, null, ['1'], ['1']].map(product);
  expect(group(['id'], entities)).toEqual({
    groups: [[0, 2], [1, 3], [4], [5, 6]],
    sent: [
      { __typename: 'Product', id: '1' },
      { __typename: 'Product', id: 1 },
      { __typename: 'Product', id: null },
      { __typename: 'Product', id: ['1'] },
    ],
  });
});

test('omits an entity without a key or a type, and compares all fields where there are several', () => {
  expect(group(['id'], [{ __typename: 'Brand' }, { id: '1' }, brand('1')])).toEqual({
    groups: [[2]],
    sent: [{ __typename: 'Brand', id: '1' }],
  });
  expect(group(['id'], [{ id: '1' }, brand('1')])).toEqual({ groups: [[1]], sent: [{ __typename: 'Brand', id: '1' }] });
  const other = { ...product('1'), sku: 'another' };
  expect(group(['id', 'sku'], [product('1'), other, product('1')])).toEqual({
    groups: [[0, 2], [1]],
    sent: [
      { __typename: 'Product', id: '1', sku: 'sku of 1' },
      { __typename: 'Product', id: '1', sku: 'another' },
    ],
  });
});
