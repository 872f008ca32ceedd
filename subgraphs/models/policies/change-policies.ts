/**
 * Reads and changes a tenant's routing policies. Invariant: a stored policy can be followed (its models exist, and its
 * name is no model's id; parse-rules.ts for its rules), and a tenant has at most one default policy.
 */

import type { Identity } from '#contracts/identity.ts';
import { longestKeptSeconds, type ReuseShare } from '#contracts/reuse.ts';
import { policiesChangedTopic } from '#contracts/routing-signals.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { Catalogue, CatalogueSnapshot } from '../catalogue/catalogue.ts';
import { type ModelCapability, type RoutingPolicy, RoutingPolicyEntity, type routingStrategies } from '../entities.ts';
import { isPrice } from '../price.ts';
import { parseRules, type RuleInput } from './parse-rules.ts';

export interface PolicyInput {
  readonly name: string;
  readonly description?: string | null | undefined;
  /** Null or empty for all models. */
  readonly modelIds?: readonly string[] | null | undefined;
  readonly requires?: readonly ModelCapability[] | null | undefined;
  readonly strategy: (typeof routingStrategies)[number];
  /** Decimals, USD per million tokens. */
  readonly maxInputPrice?: string | null | undefined;
  readonly maxOutputPrice?: string | null | undefined;
  /** In order. Only with the strategy AUTO. */
  readonly rules?: readonly RuleInput[] | null | undefined;
  readonly latencyTargetMs?: number | null | undefined;
  /** Decimal, USD. */
  readonly costCeilingUsd?: string | null | undefined;
  readonly requestCacheSeconds?: number | null | undefined;
  readonly similarCacheSeconds?: number | null | undefined;
  readonly usesCuratedReplies?: boolean | null | undefined;
  /** Default: USER. */
  readonly cacheShare?: ReuseShare | null | undefined;
  readonly defaultOutputTokens?: number | null | undefined;
  readonly maxOutputTokens?: number | null | undefined;
  readonly isDefault: boolean;
}

/** Has no slash, so that no name is a model's id. */
const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const maxDescriptionCharacters = 500;
/** Most policies of a tenant: every process keeps all of them in memory. */
const maxPolicies = 100;
/** Most models that a policy names. */
const maxModels = 500;
/** Milliseconds: the longest target is longer than any model is waited for. */
const longestTargetMs = 600_000;

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: `input.${argument}` });
};

const checkOutputTokens = ({ defaultOutputTokens, maxOutputTokens }: PolicyInput): void => {
  for (const [argument, tokens] of Object.entries({ defaultOutputTokens, maxOutputTokens })) {
    if (tokens != null && tokens < 1) refuse(argument, 'A reply has at least 1 token.');
  }
  if (defaultOutputTokens != null && maxOutputTokens != null && defaultOutputTokens > maxOutputTokens) {
    refuse('defaultOutputTokens', `The default is at most the ceiling, ${maxOutputTokens} tokens.`);
  }
};

const check = (input: PolicyInput, modelIds: readonly string[], catalogue: CatalogueSnapshot): void => {
  if (!namePattern.test(input.name)) {
    refuse('name', 'A name has up to 63 lower case letters, digits and hyphens, such as "cheap-and-fast".');
  }
  if ((input.description?.length ?? 0) > maxDescriptionCharacters) {
    refuse('description', `A description has at most ${maxDescriptionCharacters} characters.`);
  }
  if (modelIds.length > maxModels) refuse('modelIds', `A policy names at most ${maxModels} models.`);
  if (new Set(modelIds).size < modelIds.length) refuse('modelIds', 'A model is named twice.');
  const unknown = modelIds.find((id) => !catalogue.byId.has(id));
  if (unknown !== undefined) refuse('modelIds', 'One of the models does not exist. The query "models" lists them.');
  for (const argument of ['maxInputPrice', 'maxOutputPrice'] as const) {
    const price = input[argument];
    if (price != null && !isPrice(price)) refuse(argument, 'A price is a decimal from 0, such as "0.50".');
  }
  if (input.costCeilingUsd != null && !isPrice(input.costCeilingUsd)) {
    refuse('costCeilingUsd', 'A ceiling is a decimal from 0, such as "0.05".');
  }
  checkOutputTokens(input);
  const { latencyTargetMs } = input;
  if (latencyTargetMs != null && (latencyTargetMs < 1 || latencyTargetMs > longestTargetMs)) {
    refuse('latencyTargetMs', `A target is between 1 and ${longestTargetMs} milliseconds.`);
  }
  for (const argument of ['requestCacheSeconds', 'similarCacheSeconds'] as const) {
    const seconds = input[argument];
    if (seconds != null && (seconds < 1 || seconds > longestKeptSeconds)) {
      refuse(argument, `Replies are kept for 1 to ${longestKeptSeconds} seconds, or not at all (null).`);
    }
  }
  if (input.strategy !== 'AUTO' && (input.rules?.length ?? 0) > 0) {
    refuse('rules', 'Only a policy with the strategy AUTO has rules. Choose that strategy, or remove the rules.');
  }
};

interface Services {
  readonly database: Database;
  readonly signals: Signals;
}

/** By name, as they are in the database now. */
export const readPolicies = (database: Database, tenantId: string): Promise<RoutingPolicy[]> =>
  database.forTenant(tenantId).find(RoutingPolicyEntity, {}, { orderBy: { name: 'asc' } });

/** Adds a policy, or replaces the one with its name. Throws BAD_USER_INPUT. */
export const upsertPolicy = async (
  services: Services & { readonly catalogue: Catalogue },
  { tenantId }: Identity,
  input: PolicyInput,
): Promise<RoutingPolicy> => {
  const { name, strategy, isDefault } = input;
  const modelIds = [...(input.modelIds ?? [])];
  const catalogue = await services.catalogue.current();
  check(input, modelIds, catalogue);
  const requires = [...new Set(input.requires ?? [])];
  const rules = parseRules(input.rules ?? [], { modelIds, requires, catalogue });
  const fields = {
    description: input.description ?? null,
    modelIds,
    requires,
    strategy,
    maxInputPrice: input.maxInputPrice ?? null,
    maxOutputPrice: input.maxOutputPrice ?? null,
    rules,
    latencyTargetMs: input.latencyTargetMs ?? null,
    costCeilingUsd: input.costCeilingUsd ?? null,
    requestCacheSeconds: input.requestCacheSeconds ?? null,
    similarCacheSeconds: input.similarCacheSeconds ?? null,
    usesCuratedReplies: input.usesCuratedReplies ?? false,
    cacheShare: input.cacheShare ?? ('USER' as const),
    defaultOutputTokens: input.defaultOutputTokens ?? null,
    maxOutputTokens: input.maxOutputTokens ?? null,
    isDefault,
  };
  const policy = await services.database.forTenant(tenantId).transactional(async (em) => {
    const all = await em.find(RoutingPolicyEntity, {});
    const own = all.find((candidate) => candidate.name === name);
    if (!own && all.length >= maxPolicies) refuse('name', `A tenant has at most ${maxPolicies} routing policies.`);
    if (isDefault) {
      await em.nativeUpdate(RoutingPolicyEntity, { isDefault: true, name: { $ne: name } }, { isDefault: false });
    }
    if (own) return em.assign(own, fields);
    return em.create(RoutingPolicyEntity, { tenantId, name, ...fields });
  });
  await services.signals.publish(policiesChangedTopic, { tenantId });
  return policy;
};

/** Throws NOT_FOUND. */
export const deletePolicy = async (services: Services, { tenantId }: Identity, name: string): Promise<void> => {
  const deleted = await services.database.forTenant(tenantId).nativeDelete(RoutingPolicyEntity, { name });
  if (deleted === 0) throw new AppError('NOT_FOUND', 'There is no routing policy with this name.');
  await services.signals.publish(policiesChangedTopic, { tenantId });
};
