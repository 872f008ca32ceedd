/** Policies with rules, targets and ceilings, over HTTP. All models of the subgraph are served by one worker. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { RouteCandidate } from '#contracts/generation-job.ts';
import { acme, engines, identityOf, type ModelsFixture, openModelsFixture } from './models.fixture.ts';

describe.each(engines)('on %s', (engine) => {
  let models: ModelsFixture;
  beforeAll(async () => {
    models = await openModelsFixture(engine);
    await models.announce('w1', ['parlance/demonstration', 'acme/small', 'acme/large', 'local/tiny']);
    await vi.waitFor(async () => {
      expect((await models.execute(identityOf(acme), '{ models(onlyUsable: true) { id } }')).data.models).toHaveLength(
        4,
      );
    });
  });
  afterAll(() => models[Symbol.asyncDispose]());

  /** A new tenant for each test. */
  const newTenant = (plan: 'FREE' | 'PRO' = 'FREE') => {
    const tenantId = randomUUID();
    models.plans.set(tenantId, plan);
    return {
      user: identityOf(tenantId),
      admin: identityOf(tenantId, { roles: ['ADMIN'] }),
      service: identityOf(tenantId, { service: 'conversations' }),
    };
  };
  type Tenant = ReturnType<typeof newTenant>;

  const routeQuery = `query ($input: RouteMessageInput!) { routeMessage(input: $input) { candidates {
  modelId provider pool contextWindow maxOutputTokens capabilities price { input cachedInput output } } } }`;
  const route = (tenant: Tenant, input: Record<string, unknown> = {}) =>
    models.execute(tenant.service, routeQuery, { input: { inputTokens: 10, ...input } });
  const routedIds = async (tenant: Tenant, input: Record<string, unknown> = {}): Promise<string[]> => {
    const { data, errors } = await route(tenant, input);
    expect(errors).toEqual([]);
    return data.routeMessage.candidates.map(({ modelId }: RouteCandidate) => modelId);
  };
  const upsertPolicyMutation = `mutation ($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) {
  name description models { id } requires strategy maxInputPrice maxOutputPrice isDefault } }`;
  const setPolicy = async (tenant: Tenant, input: Record<string, unknown>) => {
    const { data, errors } = await models.execute(tenant.admin, upsertPolicyMutation, { input });
    expect(errors).toEqual([]);
    return data.upsertRoutingPolicy;
  };

  test('follows the rules of a policy by what conversations has judged, and says what the route depends on', async () => {
    const tenant = newTenant('PRO');
    const rules = [
      { moderation: ['HATE'], modelIds: ['acme/small'], strict: true },
      { complexity: ['COMPLEX'], languages: ['en', 'de'], modelIds: ['acme/large'] },
      { complexity: ['SIMPLE'], pool: 'SMALL' },
    ];
    const input = { name: 'auto', strategy: 'AUTO', isDefault: true, rules, latencyTargetMs: 800, costCeilingUsd: '1' };
    const { data: stored } = await models.execute(
      tenant.admin,
      `mutation ($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) { latencyTargetMs costCeilingUsd
        rules { complexity languages images tools moderation plans models { id } pool strict } } }`,
      { input },
    );
    expect(stored.upsertRoutingPolicy).toMatchObject({ latencyTargetMs: 800, costCeilingUsd: '1' });
    const none = { complexity: [], languages: [], images: null, tools: null, moderation: [], plans: [] };
    expect(stored.upsertRoutingPolicy.rules).toEqual([
      { ...none, moderation: ['HATE'], models: [{ id: 'acme/small' }], pool: null, strict: true },
      {
        ...none,
        ...{ complexity: ['COMPLEX'], languages: ['en', 'de'] },
        models: [{ id: 'acme/large' }],
        pool: null,
        strict: false,
      },
      { ...none, complexity: ['SIMPLE'], models: [], pool: 'SMALL', strict: false },
    ]);

    const small = ['local/tiny', 'acme/small', 'acme/large'];
    expect(await routedIds(tenant, { complexity: 'SIMPLE' })).toEqual(small);
    expect((await routedIds(tenant, { complexity: 'COMPLEX', language: 'de' }))[0]).toBe('acme/large');
    expect((await routedIds(tenant, { complexity: 'COMPLEX', language: 'fr' }))[0]).toBe('local/tiny');
    expect(await routedIds(tenant, { complexity: 'COMPLEX', language: 'de', moderation: ['HATE'] })).toEqual([
      'acme/small',
    ]);
    const facts = await models.execute(
      tenant.service,
      `query ($input: RouteMessageInput!) { routeMessage(input: $input) {
        policy reason latencyTargetMs dependsOn { complexity languages moderation promptTokens } } }`,
      { input: { inputTokens: 10, complexity: 'COMPLEX', language: 'en' } },
    );
    expect(facts.data.routeMessage).toEqual({
      policy: 'auto',
      reason: expect.stringContaining('rule 2 asks for it'),
      latencyTargetMs: 800,
      dependsOn: { complexity: true, languages: ['en', 'de'], moderation: ['HATE'], promptTokens: true },
    });
  });

  test('leaves out what the longest reply to a long prompt would cost too much for', async () => {
    const tenant = newTenant('PRO');
    await setPolicy(tenant, { name: 'thrifty', costCeilingUsd: '0.13', isDefault: true });
    // 16,000 tokens of reply cost 0.128 USD.
    expect(await routedIds(tenant, { promptTokens: 900 })).toContain('acme/large');
    expect(await routedIds(tenant, { promptTokens: 1_100 })).not.toContain('acme/large');
    expect(await routedIds(tenant, { promptTokens: 1_100, maxOutputTokens: 10_000 })).toContain('acme/large');
    await setPolicy(tenant, { name: 'thrifty', costCeilingUsd: '0', modelIds: ['acme/large'], isDefault: true });
    expect((await route(tenant)).errors[0]?.extensions.code).toBe('MODEL_UNAVAILABLE');
  });

  test('says how fast the pools of the candidates served lately', async () => {
    const tenant = newTenant();
    const pacesOf = async (): Promise<unknown> => {
      await models.ports.signals.publish('models.changed', null);
      const query =
        'query ($input: RouteMessageInput!) { routeMessage(input: $input) { paces { pool repliesPerSecond } } }';
      const { data } = await models.execute(tenant.service, query, { input: { inputTokens: 10 } });
      return data.routeMessage.paces;
    };
    expect(await pacesOf()).toEqual([]);
    for (let index = 0; index < 20; index += 1) await models.finish({ messageId: randomUUID() });
    await vi.waitFor(async () => {
      const paces = await pacesOf();
      // All within one span of ten seconds, or within two that follow each other.
      expect(paces).toEqual([{ pool: 'EXTERNAL', repliesPerSecond: expect.any(Number) }]);
      const [{ repliesPerSecond }] = z.tuple([z.object({ repliesPerSecond: z.number() })]).parse(paces);
      expect(repliesPerSecond).toBeGreaterThanOrEqual(1);
      expect(repliesPerSecond).toBeLessThanOrEqual(2);
    });
  });

  test.each([
    ['rules without AUTO', { strategy: 'PRICE', rules: [{ modelIds: ['acme/small'] }] }, 'input.rules', /AUTO/],
    ['a rule without models', { strategy: 'AUTO', rules: [{ languages: ['en'] }] }, 'input.rules.0', /Name one/],
    ['a target of no time', { latencyTargetMs: 0 }, 'input.latencyTargetMs', /between 1/],
    ['a ceiling below nothing', { costCeilingUsd: '-1' }, 'input.costCeilingUsd', /from 0/],
    [
      'more models than there can be',
      { modelIds: Array.from({ length: 10_000 }, (_, index) => `acme/${index}`) },
      'input.modelIds',
      /at most 500/,
    ],
  ])('refuses a policy with %s, and keeps the one that is there', async (_, input, argument, sentence) => {
    const tenant = newTenant();
    await setPolicy(tenant, { name: 'x', modelIds: ['acme/small'] });
    const { errors } = await models.execute(tenant.admin, upsertPolicyMutation, { input: { name: 'x', ...input } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(errors[0]?.message).toMatch(sentence);
    expect(await routedIds(tenant, { modelPolicy: 'x' })).toEqual(['acme/small']);
  });

  test('the length of a reply is bounded by the plan and the policy, and by what is lower of their ceilings', async () => {
    const lengthOf = async (tenant: Tenant) => {
      const query =
        'query ($input: RouteMessageInput!) { routeMessage(input: $input) { outputTokens { byDefault most } } }';
      return (await models.execute(tenant.service, query, { input: { inputTokens: 10 } })).data.routeMessage
        .outputTokens;
    };
    const [free, pro] = [newTenant(), newTenant('PRO')];
    expect(await lengthOf(free)).toEqual({ byDefault: 16_384, most: 16_384 });
    expect(await lengthOf(pro)).toEqual({ byDefault: null, most: null });
    for (const tenant of [free, pro]) {
      await setPolicy(tenant, { name: 'short', defaultOutputTokens: 100, maxOutputTokens: 20_000, isDefault: true });
    }
    expect(await lengthOf(free)).toEqual({ byDefault: 100, most: 16_384 });
    expect(await lengthOf(pro)).toEqual({ byDefault: 100, most: 20_000 });
  });

  test.each([
    ['no tokens at all', { defaultOutputTokens: 0 }, 'input.defaultOutputTokens'],
    ['a ceiling below nothing', { maxOutputTokens: -1 }, 'input.maxOutputTokens'],
    ['a default above the ceiling', { defaultOutputTokens: 9, maxOutputTokens: 8 }, 'input.defaultOutputTokens'],
  ])('%s is refused', async (_, wrong, argument) => {
    const input = { name: 'wrong', ...wrong };
    const { errors } = await models.execute(newTenant().admin, upsertPolicyMutation, { input });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  });
});
