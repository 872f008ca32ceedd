/** The models subgraph with four models that one worker serves, new tenants in it, and the routes that they get. */
import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import type { RouteCandidate } from '#contracts/generation-job.ts';
import type { PlanTier } from '#contracts/plan-tiers.ts';
import { acme, type Engine, identityOf, type ModelsFixture, openModelsFixture } from './models.fixture.ts';

export const openServedModels = async (engine: Engine): Promise<ModelsFixture> => {
  const models = await openModelsFixture(engine);
  await models.announce('w1', ['parlance/demonstration', 'acme/small', 'acme/large', 'local/tiny']);
  await vi.waitFor(async () => {
    const { data } = await models.execute(identityOf(acme), '{ models(onlyUsable: true) { id } }');
    expect(data.models).toHaveLength(4);
  });
  return models;
};

/** A new tenant for each test. */
export const newTenant = (models: ModelsFixture, plan: PlanTier = 'FREE') => {
  const tenantId = randomUUID();
  models.plans.set(tenantId, plan);
  return {
    user: identityOf(tenantId),
    admin: identityOf(tenantId, { roles: ['ADMIN'] }),
    service: identityOf(tenantId, { service: 'conversations' }),
  };
};
export type Tenant = ReturnType<typeof newTenant>;

export const routeQuery = `query ($input: RouteMessageInput!) { routeMessage(input: $input) { candidates {
  modelId provider pool contextWindow maxOutputTokens capabilities price { input cachedInput output } } } }`;

export const route = (models: ModelsFixture, tenant: Tenant, input: Record<string, unknown> = {}) =>
  models.execute(tenant.service, routeQuery, { input: { inputTokens: 10, ...input } });

/** The models of the route, the first choice first. */
export const routedIds = async (
  models: ModelsFixture,
  tenant: Tenant,
  input: Record<string, unknown> = {},
): Promise<string[]> => {
  const { data, errors } = await route(models, tenant, input);
  expect(errors).toEqual([]);
  return data.routeMessage.candidates.map(({ modelId }: RouteCandidate) => modelId);
};
