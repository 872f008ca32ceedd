/**
 * Changes of the catalogue by an operator. The catalogue is the same for every tenant, and an administrator of one
 * tenant must not change what others pay, so these use cases require the scope `models:write` instead of a role. They
 * write as the system, because tenants may only read these tables. Invariant: a price that was in force is never
 * changed; a new one begins now or later.
 */

import type { Identity } from '#contracts/identity.ts';
import { modelsChangedTopic } from '#contracts/routing-signals.ts';
import { type CatalogueModel, isModelId, type ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { ModelEntity, PriceEntity } from '../entities.ts';
import { isPrice } from '../price.ts';
import type { Catalogue, ListedModel } from './catalogue.ts';
import { positionOfOthers, samePrice } from './seed-catalogue.ts';

/** The scope of an operator's token. */
export const catalogueScope = 'models:write';

const requireOperator = (identity: Identity): void => {
  if (!identity.scopes.includes(catalogueScope)) {
    throw new AppError(
      'FORBIDDEN',
      `The catalogue is the same for every tenant: changing it requires the operator's token, with the scope ${catalogueScope}.`,
    );
  }
};

export interface CatalogueServices {
  readonly database: Database;
  readonly signals: Signals;
  readonly catalogue: Catalogue;
  readonly modelsFile: ModelsFile;
}

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument });
};

/** A price as an operator gives it. */
type GivenPrice = Omit<CatalogueModel['price'], 'cacheWrite'> & {
  /** Default: that of input. */
  readonly cacheWrite?: string | null | undefined;
};

/** Throws BAD_USER_INPUT. */
const checkedPrice = ({ input, cachedInput, cacheWrite, output }: GivenPrice, argument: string) => {
  if (![input, cachedInput, cacheWrite ?? input, output].every(isPrice)) {
    refuse(argument, 'A price is a decimal from 0 with at most 12 places, such as "0.15".');
  }
  return { input, cachedInput, cacheWrite: cacheWrite ?? null, output };
};

const checkModel = (model: Omit<CatalogueModel, 'price'>, { providers }: ModelsFile): void => {
  if (!isModelId(model.id) || model.id.split('/', 1)[0] !== model.provider) {
    refuse('input.id', 'An id is the provider, a slash and the name, such as "openai/gpt-4o-mini".');
  }
  if (!providers.some(({ name }) => name === model.provider)) {
    refuse('input.id', 'The provider is not in the models file, so workers cannot reach it.');
  }
  if (model.displayName.trim() === '') refuse('input.displayName', 'A display name is not empty.');
  if (model.contextWindow < 2) refuse('input.contextWindow', 'A context window holds at least 2 tokens.');
  if (model.maxOutputTokens < 1 || model.maxOutputTokens >= model.contextWindow) {
    refuse('input.maxOutputTokens', 'A reply has at least one token, and fewer than the context window.');
  }
  if (model.tiers.length === 0) refuse('input.tiers', 'At least one plan may use it.');
};

/** Refreshes the catalogue, signals the change to other processes, and returns the model. Throws NOT_FOUND. */
const publishChange = async ({ catalogue, signals }: CatalogueServices, id: string): Promise<ListedModel> => {
  const { byId } = await catalogue.refresh();
  await signals.publish(modelsChangedTopic, null);
  const model = byId.get(id);
  if (!model) throw new AppError('NOT_FOUND', 'There is no such model.');
  return model;
};

/**
 * Adds a model or replaces its terms. The models file does not change it any more. Throws FORBIDDEN, BAD_USER_INPUT.
 */
export const upsertModel = async (
  services: CatalogueServices,
  identity: Identity,
  input: Omit<CatalogueModel, 'provider' | 'price'> & { readonly price: GivenPrice },
): Promise<ListedModel> => {
  requireOperator(identity);
  const model = { ...input, provider: input.id.split('/', 1)[0] ?? '' };
  checkModel(model, services.modelsFile);
  const { id, price: given, ...terms } = model;
  const price = checkedPrice(given, 'input.price');
  const current = (await services.catalogue.refresh()).byId.get(id)?.price;
  await services.database.asSystem(async (em) => {
    const row = await em.findOne(ModelEntity, { id });
    if (row) em.assign(row, { ...terms, source: 'OPERATOR' });
    else em.create(ModelEntity, { id, ...terms, position: positionOfOthers, source: 'OPERATOR' });
    await em.flush();
    if (!current || !samePrice(current, price)) {
      em.create(PriceEntity, { modelId: id, effectiveFrom: new Date(), ...price, source: 'OPERATOR' });
    }
  });
  return publishChange(services, id);
};

/** Throws FORBIDDEN, NOT_FOUND. */
export const setModelEnabled = async (
  services: CatalogueServices,
  identity: Identity,
  { id, enabled }: { readonly id: string; readonly enabled: boolean },
): Promise<ListedModel> => {
  requireOperator(identity);
  await services.database.asSystem((em) => em.nativeUpdate(ModelEntity, { id }, { enabled, updatedAt: new Date() }));
  return publishChange(services, id);
};

/** Throws FORBIDDEN, BAD_USER_INPUT, NOT_FOUND. */
export const setPrice = async (
  services: CatalogueServices,
  identity: Identity,
  change: {
    readonly modelId: string;
    readonly price: GivenPrice;
    /** Default: now. */
    readonly effectiveFrom?: Date | null | undefined;
  },
): Promise<ListedModel> => {
  requireOperator(identity);
  const { modelId } = change;
  const price = checkedPrice(change.price, 'input.price');
  const now = new Date();
  const effectiveFrom = change.effectiveFrom ?? now;
  if (effectiveFrom < now)
    refuse('input.effectiveFrom', 'A price begins now or later, because messages were charged with the former one.');
  await services.database.asSystem(async (em) => {
    if ((await em.count(ModelEntity, { id: modelId })) === 0)
      throw new AppError('NOT_FOUND', 'There is no such model.');
    await em.upsert(PriceEntity, { modelId, effectiveFrom, ...price, source: 'OPERATOR' });
  });
  return publishChange(services, modelId);
};
