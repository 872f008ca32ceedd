import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { compose, graphTexts } from '#tests/federation/graphs.ts';
import { compileDeferredOperation } from '../execution/deferred-operation.ts';
import { createSchemaGeneration } from './schema-generation.ts';

const { schema, environment, planInParts } = createSchemaGeneration(compose(graphTexts.shop));

test('a part that fails in a way that nobody foresaw is delivered with an error, and so are the parts after it', async () => {
  const document = parse(`{ product { id
    ... @defer(label: "stock") { inStock ... @defer(label: "later") { shipping } }
    ... @defer(label: "reviews") { reviews { id } }
  } }`);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const run = compileDeferredOperation({
    schema,
    document,
    operation,
    environment,
    plan(labelled) {
      const node = planInParts(labelled, undefined);
      return node?.kind === 'Subscription' ? undefined : node;
    },
  });
  const product = { __typename: 'Product', id: '1', sku: 's', weight: 1, brand: { __typename: 'Brand', id: 'b' } };
  const responses: Readonly<Record<string, () => Record<string, unknown>>> = {
    products: () => ({ product, _entities: [product] }),
    reviews: () => ({ _entities: [{ __typename: 'Product', reviews: [{ id: 'r' }] }] }),
    stock: () => ({ _entities: [{ __typename: 'Product', inStock: true, shipping: 'fast' }] }),
  };
  const send = async (subgraph: string) => ({
    data: structuredClone(responses[subgraph]?.()),
    errors: [],
    isShared: false,
  });
  const fault = new Error('password=hunter2');
  const result = await run({
    variables: {},
    send,
    partScope: (_, label) => ({
      send,
      within: (work) => (label === 'stock' ? Promise.reject(fault) : work()),
    }),
  });
  expect(result?.first).toEqual({ data: { product: { id: '1' } } });
  const parts = [];
  for await (const { parts: delivered, hasNext } of result?.rest ?? []) {
    for (const { label, data, errors } of delivered) parts.push({ label, data, errors: errors?.length ?? 0, hasNext });
  }
  expect(parts).toContainEqual(
    expect.objectContaining({ label: 'reviews', data: { reviews: [{ id: 'r' }] }, errors: 0 }),
  );
  const failed = parts.find(({ label }) => label === 'stock');
  expect(failed).toMatchObject({ data: null });
  expect(failed?.errors).toBeGreaterThan(0);
  expect(parts.at(-1)?.hasNext).toBe(false);
});
