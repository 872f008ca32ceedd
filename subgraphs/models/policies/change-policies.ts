/**
 * Changes a tenant's routing policies. Invariant: a stored policy can be followed (its models exist, its name is no model's id),
 * and at most one is the tenant's default.
 */
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { policiesChangedTopic } from '#kernel/messages/routing-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { CatalogueSnapshot } from '../catalogue/catalogue.ts';
import { type RoutingPolicy, RoutingPolicyEntity, type routingStrategies } from '../entities.ts';
import type { ModelCapability } from '../routing/judge-models.ts';

export interface PolicyInput {
  readonly name: string;
  readonly description: string | null;
  readonly modelIds: readonly string[];
  readonly requires: readonly ModelCapability[];
  readonly strategy: (typeof routingStrategies)[number];
  /** Decimals, USD per million tokens. */
  readonly maxInputPrice: string | null;
  readonly maxOutputPrice: string | null;
  readonly isDefault: boolean;
}

/** Without a slash, so that no name is a model's id. */
const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const mostDescriptionCharacters = 500;
/** Policies that a tenant may have: all of them are remembered by every process. */
const mostPolicies = 100;
const pricePattern = /^\d{1,9}(\.\d{1,12})?$/;

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: `input.${argument}` });
};

const check = (input: PolicyInput, catalogue: CatalogueSnapshot): void => {
  if (!namePattern.test(input.name)) {
    refuse('name', 'A name has up to 63 lower case letters, digits and hyphens, such as "cheap-and-fast".');
  }
  if ((input.description?.length ?? 0) > mostDescriptionCharacters) {
    refuse('description', `A description has at most ${mostDescriptionCharacters} characters.`);
  }
  if (new Set(input.modelIds).size < input.modelIds.length) refuse('modelIds', 'A model is named twice.');
  const unknown = input.modelIds.find((id) => !catalogue.byId.has(id));
  if (unknown !== undefined) refuse('modelIds', 'One of the models does not exist. The query "models" lists them.');
  for (const argument of ['maxInputPrice', 'maxOutputPrice'] as const) {
    const price = input[argument];
    if (price !== null && !pricePattern.test(price)) refuse(argument, 'A price is a decimal from 0, such as "0.50".');
  }
};

interface Services {
  readonly database: Database;
  readonly signals: Signals;
}

export const upsertPolicy = async (
  services: Services,
  { tenantId }: Identity,
  input: PolicyInput,
  catalogue: CatalogueSnapshot,
): Promise<RoutingPolicy> => {
  check(input, catalogue);
  const { name, ...terms } = input;
  const fields = { ...terms, modelIds: [...input.modelIds], requires: [...new Set(input.requires)] };
  const policy = await services.database.forTenant(tenantId).transactional(async (em) => {
    const all = await em.find(RoutingPolicyEntity, {});
    const own = all.find((candidate) => candidate.name === name);
    if (!own && all.length >= mostPolicies) refuse('name', `A tenant has at most ${mostPolicies} routing policies.`);
    if (input.isDefault) {
      await em.nativeUpdate(RoutingPolicyEntity, { isDefault: true, name: { $ne: name } }, { isDefault: false });
    }
    if (own) return em.assign(own, fields);
    return em.create(RoutingPolicyEntity, { tenantId, name, ...fields });
  });
  await services.signals.publish(policiesChangedTopic, { tenantId });
  return policy;
};

/** Throws NOT_FOUND for a policy that the tenant does not have. */
export const deletePolicy = async (services: Services, { tenantId }: Identity, name: string): Promise<void> => {
  const deleted = await services.database.forTenant(tenantId).nativeDelete(RoutingPolicyEntity, { name });
  if (deleted === 0) throw new AppError('NOT_FOUND', 'There is no routing policy with this name.');
  await services.signals.publish(policiesChangedTopic, { tenantId });
};
