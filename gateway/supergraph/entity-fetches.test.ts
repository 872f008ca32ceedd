import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { AppError } from '#kernel/errors.ts';
import { compose, graphTexts } from '#tests/federation/graphs.ts';
import { compileOperation } from '../execution/compiled-operation.ts';
import type { SubgraphResponse } from '../upstream/subgraph-response.ts';
import { createSchemaGeneration } from './schema-generation.ts';

const generation = createSchemaGeneration(compose(graphTexts.shop));
const twoOfOneBrand = {
  products: [
    { __typename: 'Product', id: 'p1', sku: 's1', brand: { __typename: 'Brand', id: 'b' } },
    { __typename: 'Product', id: 'p2', sku: 's2', brand: { __typename: 'Brand', id: 'b' } },
  ],
};

/**
 * Executes an operation over the shop. `products` responds as above, or with data that is shared; `reviews` responds as
 * the test decides.
 */
const run = async (
  query: string,
  reviews: (body: string) => Promise<Partial<SubgraphResponse>>,
  shared?: typeof twoOfOneBrand,
) => {
  const { schema, environment } = generation;
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error(query);
  const compiled = compileOperation({
    schema,
    document,
    operation,
    environment,
    plan(decided) {
      const node = generation.plan(decided, undefined);
      return node?.kind === 'Subscription' ? undefined : node;
    },
  });
  return compiled({
    variables: {},
    send: async (subgraph, body) => {
      const response =
        subgraph === 'reviews'
          ? await reviews(body)
          : { data: shared ?? structuredClone(twoOfOneBrand), isShared: shared !== undefined };
      return { data: undefined, errors: [], isShared: false, ...response };
    },
  });
};

const counted = '{ products { brand { reviewCount } } }';

test('fetches an entity once, however many places it has, and fills all of them', async () => {
  const bodies: string[] = [];
  const { data } = await run(counted, async (body) => {
    bodies.push(body);
    return { data: { _entities: [{ reviewCount: 3 }] } };
  });
  expect(bodies.map((body) => JSON.parse(body).variables)).toEqual([
    { representations: [{ __typename: 'Brand', id: 'b' }] },
  ]);
  expect(data).toEqual({ products: [{ brand: { reviewCount: 3 } }, { brand: { reviewCount: 3 } }] });
});

test('does not change a response that is shared', async () => {
  const before = structuredClone(twoOfOneBrand);
  const { data } = await run(counted, async () => ({ data: { _entities: [{ reviewCount: 3 }] } }), twoOfOneBrand);
  expect(data).toEqual({ products: [{ brand: { reviewCount: 3 } }, { brand: { reviewCount: 3 } }] });
  expect(twoOfOneBrand).toEqual(before);
});

test('reports an error of an entity at every place that it has', async () => {
  const { data, errors } = await run(counted, async () => ({
    data: { _entities: [null] },
    errors: [{ message: 'no', path: ['_entities', 0, 'reviewCount'], extensions: { code: 'NOT_FOUND' } }],
  }));
  expect(data).toBeNull();
  expect(errors?.map((error) => error.toJSON())).toEqual(
    [0, 1].map((index) => ({
      message: 'no',
      path: ['products', index, 'brand', 'reviewCount'],
      extensions: { code: 'NOT_FOUND', serviceName: 'reviews' },
    })),
  );
});

test('reports one error for a subgraph that is down, although nulls propagate because of it', async () => {
  const { data, errors } = await run('{ products { id brand { reviewCount } } }', async () => {
    throw new AppError('SUBGRAPH_UNAVAILABLE', 'down');
  });
  expect(data).toBeNull();
  expect(errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
    [['products'], 'SUBGRAPH_UNAVAILABLE'],
  ]);
});

test.each([
  ['too few', [{ reviewCount: 3 }].slice(1)],
  ['too many', [{ reviewCount: 3 }, { reviewCount: 4 }]],
  ['none', null],
])('treats a response with %s entities as invalid', async (_, entities) => {
  const { errors } = await run(counted, async () => ({ data: { _entities: entities } }));
  expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['SUBGRAPH_INVALID_RESPONSE']);
});
