/** `?explain`: the plan and the timing of a query, for administrators in development. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

const responseSchema = z.object({
  data: z.unknown(),
  extensions: z
    .object({
      explain: z.strictObject({
        plan: z.array(z.string()),
        planMs: z.number(),
        fetches: z.array(z.strictObject({ subgraph: z.string(), startMs: z.number(), endMs: z.number() })),
        totalMs: z.number(),
      }),
    })
    .optional(),
});

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway({ isDevelopment: true });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const twoSubgraphs = 'query Two { story(id: "1") { title author { name } } }';

const ask = async (of: TestGateway, query: string, search: string, roles: readonly string[]) => {
  const response = await fetch(`${of.gateway.url}${search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await of.issuer.token({ roles })}` },
    body: JSON.stringify({ query }),
  });
  return responseSchema.parse(await response.json());
};

test('an administrator gets the plan and each fetch, every time', async () => {
  const plain = await ask(gateway, twoSubgraphs, '', ['ADMIN']);
  expect(plain.extensions).toBeUndefined();
  for (const search of ['?explain', '?explain=1', '?explain']) {
    const { data, extensions } = await ask(gateway, twoSubgraphs, search, ['ADMIN']);
    expect(data).toEqual(plain.data);
    const { plan = [], fetches = [], totalMs = -1 } = extensions?.explain ?? {};
    expect(plan[0]).toBe('QueryPlan {');
    expect(plan.join('\n')).toContain('Fetch(service: "authors")');
    expect(fetches.length).toBeGreaterThan(1);
    for (const { startMs, endMs } of fetches) {
      expect(startMs).toBeLessThanOrEqual(endMs);
      expect(endMs).toBeLessThanOrEqual(totalMs);
    }
  }
});

test('nobody else gets them, nor for a mutation, nor in production', async () => {
  expect((await ask(gateway, twoSubgraphs, '?explain', ['USER'])).extensions).toBeUndefined();
  expect((await ask(gateway, twoSubgraphs, '?explained', ['ADMIN'])).extensions).toBeUndefined();
  const mutation = 'mutation { rename(id: "1", title: "Other") { title } }';
  expect((await ask(gateway, mutation, '?explain', ['ADMIN'])).extensions).toBeUndefined();
  await using inProduction = await openTestGateway({ isDevelopment: false });
  const { data, extensions } = await ask(inProduction, twoSubgraphs, '?explain', ['ADMIN']);
  expect([typeof data, extensions]).toEqual(['object', undefined]);
});
