import { once } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { modelsChangedTopic, policiesChangedTopic } from '#contracts/routing-signals.ts';
import { createIdentitySigner } from '#kernel/identity.ts';
import { createEmbeddedSignals } from '#kernel/signals/embedded-signals.ts';
import { createSubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import { candidate, logger, newIdentity, tool } from '../conversations.fixture.ts';
import type { RouteDependencies, RouteQuestion } from './route-key.ts';
import { openRoutes, type RouteTimes } from './routes.ts';

const inputSchema = z.object({
  inputTokens: z.number(),
  promptTokens: z.number(),
  requires: z.array(z.string()),
  complexity: z.string().nullable(),
  language: z.string().nullable(),
  moderation: z.array(z.string()),
});
type Input = z.infer<typeof inputSchema>;
const nothing: RouteDependencies = { complexity: false, languages: [], moderation: [], promptTokens: false };
const bodySchema = z.object({ variables: z.object({ input: inputSchema }) });
const routedTool = { ...tool, parameters: JSON.stringify(tool.parameters) };

const questionOf = (identity: Identity): RouteQuestion => ({
  identity,
  modelPolicy: undefined,
  maxOutputTokens: undefined,
  inputTokens: 1,
  promptTokens: 1,
  requiresTools: false,
  prefersJson: false,
  complexity: 'SIMPLE',
  language: 'en',
  moderation: [],
});

/** The models subgraph over its real protocol: numbers its candidates by request, and refuses above `window` tokens. */
const openModels = async (times?: RouteTimes) => {
  const requested: number[] = [];
  const models = {
    ...{ requested, inputs: [] as Input[], dependsOn: nothing },
    window: Number.POSITIVE_INFINITY,
    isDown: false,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { input } = bodySchema.parse(JSON.parse(Buffer.concat(chunks).toString())).variables;
      const { inputTokens, requires } = input;
      models.inputs.push(input);
      requested.push(inputTokens);
      if (models.isDown) return response.destroy();
      const refusal = { message: 'Too long.', extensions: { code: 'CONTEXT_TOO_LONG' } };
      const route = {
        routeMessage: {
          candidates: [{ ...candidate, modelId: `model ${requested.length}` }],
          tools: requires.includes('TOOLS') ? [routedTool] : [],
          policy: null,
          reason: 'It is the best model that fits.',
          latencyTargetMs: null,
          reuse: null,
          dependsOn: models.dependsOn,
          paces: [{ pool: 'SMALL', repliesPerSecond: 2 }],
        },
      };
      return response.end(JSON.stringify(inputTokens > models.window ? { errors: [refusal] } : { data: route }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const client = createSubgraphClient(
    'conversations',
    `http://127.0.0.1:${port}/graphql`,
    createIdentitySigner('s'.repeat(32)),
  );
  const signals = createEmbeddedSignals(logger);
  const routes = await openRoutes(client, signals, times);
  const identity = newIdentity();
  return {
    models,
    signals,
    identity,
    routes,
    route: async (inputTokens: number, who = identity, differences: Partial<RouteQuestion> = {}) => {
      const question = { ...questionOf(who), inputTokens, ...differences };
      return (await routes.find(question)).candidates[0]?.modelId;
    },
    async [Symbol.asyncDispose]() {
      await routes[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      server.close();
    },
  };
};

test('requests one route for all prompts of a size class, for the upper bound of that class', async () => {
  await using fixture = await openModels();
  expect(await Promise.all([1, 200, 256].map((tokens) => fixture.route(tokens)))).toEqual([
    'model 1',
    'model 1',
    'model 1',
  ]);
  expect(await fixture.route(257)).toBe('model 2');
  expect(await fixture.route(500)).toBe('model 2');
  expect(fixture.models.requested).toEqual([256, 512]);
});

test('distinguishes tenants', async () => {
  await using fixture = await openModels();
  expect(await fixture.route(1)).toBe('model 1');
  expect(await fixture.route(1, newIdentity())).toBe('model 2');
});

test('distinguishes whether tools are required, and parses them as the job carries them', async () => {
  await using fixture = await openModels();
  const { identity, routes } = fixture;
  const question = questionOf(identity);
  expect((await routes.find({ ...question, requiresTools: false })).tools).toEqual([]);
  expect((await routes.find({ ...question, requiresTools: true })).tools).toEqual([tool]);
  expect(fixture.models.requested).toHaveLength(2);
});

test('requests a route again when models signals a change', async () => {
  await using fixture = await openModels();
  await fixture.route(1);
  await fixture.signals.publish(modelsChangedTopic, null);
  expect(await fixture.route(1)).toBe('model 2');
});

test('requests a route again for the tenant whose policies changed, and for no other', async () => {
  await using fixture = await openModels();
  const other = newIdentity();
  await fixture.route(1);
  await fixture.route(1, other);
  await fixture.signals.publish(policiesChangedTopic, { tenantId: fixture.identity.tenantId });
  expect(await fixture.route(1)).toBe('model 3');
  expect(await fixture.route(1, other)).toBe('model 2');
});

test('a prompt that fits is not refused because the upper bound of its size class does not', async () => {
  await using fixture = await openModels();
  fixture.models.window = 300;
  expect(await fixture.route(290)).toBe('model 2');
  await expect(fixture.route(310)).rejects.toMatchObject({ code: 'CONTEXT_TOO_LONG' });
  fixture.models.window = 1_000;
  expect(await fixture.route(290)).toBe('model 5');
});

test('returns an older route at once and refreshes it meanwhile, also while models is down', async () => {
  await using fixture = await openModels({ freshForMs: 1, keptForMs: 60_000 });
  await fixture.route(1);
  const refreshed = async (): Promise<string | undefined> => {
    const known = fixture.models.requested.length;
    let given: string | undefined;
    while (fixture.models.requested.length === known) {
      given = await fixture.route(1);
      await setImmediate();
    }
    return given;
  };
  expect(await refreshed()).toBe('model 1');
  fixture.models.isDown = true;
  for (let outage = 1; outage <= 3; outage += 1) expect(await refreshed()).toMatch(/^model /);
});

test('never returns a route that is too old', async () => {
  await using fixture = await openModels({ freshForMs: 1, keptForMs: 0 });
  await fixture.route(1);
  expect(await fixture.route(1)).not.toBe('model 1');
  fixture.models.isDown = true;
  await expect(fixture.route(1)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
});

test('one route serves all complexities, languages and sizes of prompts that its policy does not ask for', async () => {
  await using fixture = await openModels();
  const { identity, route } = fixture;
  expect(await route(1)).toBe('model 1');
  expect(await route(1, identity, { complexity: 'COMPLEX', language: 'de', promptTokens: 9_000 })).toBe('model 1');
  expect(await route(1, identity, { moderation: ['HATE'], language: undefined })).toBe('model 1');
  expect(fixture.models.inputs).toHaveLength(1);
});

test('a policy with rules has a route for each class, language and category that it names, and no others', async () => {
  await using fixture = await openModels();
  const { identity, models, route } = fixture;
  models.dependsOn = { complexity: true, languages: ['de'], moderation: ['HATE'], promptTokens: true };
  const ask = (differences: Partial<RouteQuestion>) => route(1, identity, differences);
  expect(await ask({ complexity: 'SIMPLE' })).toBe('model 1');
  expect(await ask({ complexity: 'COMPLEX' })).toBe('model 2');
  expect(await ask({ language: 'de' })).toBe('model 3');
  expect(await ask({ language: 'fr' })).toBe('model 1');
  expect(await ask({ moderation: ['PROFANITY', 'HATE'] })).toBe('model 4');
  expect(await ask({ moderation: ['PROFANITY'] })).toBe('model 1');
  expect(await ask({ promptTokens: 5_000 })).toBe('model 5');
  expect(models.inputs.at(1)).toMatchObject({ complexity: 'COMPLEX', language: null, moderation: [] });
  expect(models.inputs.at(3)).toMatchObject({ complexity: 'SIMPLE', moderation: ['HATE'] });
  // Rounded up by less than a fifth.
  const rounded = models.inputs.at(4)?.promptTokens ?? 0;
  expect(rounded).toBeGreaterThanOrEqual(5_000);
  expect(rounded).toBeLessThan(6_000);
});

test('whatever languages people write in, a policy without rules for languages keeps one route', async () => {
  await using fixture = await openModels();
  for (let first = 0; first < 26; first += 1) {
    const language = `${String.fromCharCode(97 + first)}a`;
    await fixture.route(1, fixture.identity, { language, promptTokens: first * 1_000 });
  }
  expect(fixture.models.inputs).toHaveLength(1);
});

test('a rule that a policy gets later counts from the first route that knows of it', async () => {
  await using fixture = await openModels();
  const { identity, models, route, signals } = fixture;
  await route(1);
  models.dependsOn = { ...nothing, complexity: true };
  await signals.publish(policiesChangedTopic, { tenantId: identity.tenantId });
  expect(await route(1, identity, { complexity: 'COMPLEX' })).toBe('model 2');
  expect(await route(1, identity, { complexity: 'SIMPLE' })).toBe('model 3');
  expect(await route(1, identity, { complexity: 'COMPLEX' })).toBe('model 2');
});

test('a rule whose signal was lost counts as soon as models mentions it, for that question too', async () => {
  await using fixture = await openModels({ freshForMs: 1, keptForMs: 60_000 });
  const { identity, models, routes } = fixture;
  const question = { ...questionOf(identity), complexity: 'COMPLEX' as const };
  // What a policy depends on is known from the second question on.
  for (let asked = 0; asked < 2; asked += 1) await routes.find(question);
  models.dependsOn = { ...nothing, complexity: true };
  let route = await routes.find(question);
  while (!route.dependsOn.complexity) {
    await setImmediate();
    route = await routes.find(question);
  }
  const number = Number(route.candidates[0]?.modelId.replace('model ', ''));
  expect(models.inputs[number - 1]?.complexity).toBe('COMPLEX');
});
