/**
 * The models of one provider that is reached over HTTP: those of the catalogue, or those that the provider lists. A
 * provider without its key or address serves none, which is no fault. A provider that should list its models and does
 * not respond keeps those it had; that is logged where it had responded before or was never asked.
 */
import { createAnthropic } from '@ai-sdk/anthropic';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { type CatalogueProvider, findCatalogueModel, type ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Logger } from '#kernel/log.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { parseBaseUrl } from './base-url.ts';
import { createChatCompletionsModel } from './chat-completions/chat-completions-model.ts';
import { listModels } from './list-models.ts';
import type { ProviderConnections } from './provider-connections.ts';
import type { ServedModel } from './registry.ts';

export interface HostedSettings {
  /** The variables that the models file names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly connections: ProviderConnections;
  /** Milliseconds within which a provider has to list its models. */
  readonly discoveryTimeoutMs: number;
  /** Aborted when the registry closes. */
  readonly closed: AbortSignal;
  readonly logger: Logger;
}

const modelFactory = (
  { kind, name: provider }: CatalogueProvider,
  baseUrl: string,
  apiKey: string | undefined,
  { fetch, dispatcher }: ProviderConnections,
): ((name: string) => LanguageModelV4) => {
  if (kind === 'anthropic') {
    return createAnthropic({ baseURL: baseUrl, ...(apiKey === undefined ? {} : { apiKey }), fetch }).languageModel;
  }
  return (model) => createChatCompletionsModel({ provider, baseUrl, apiKey, model, dispatcher });
};

/** The variable's value; an empty text counts as not set. */
const settingOf = (environment: HostedSettings['environment'], variable: string | undefined): string | undefined =>
  (variable === undefined ? undefined : environment[variable]) || undefined;

/** A provider that can be asked again for its models. */
export interface HostedProvider {
  /** Whether its models come from the list of its server, and so may change. */
  readonly isListed: boolean;
  /** Its current models. A model that it had before is the same object. Never rejects. */
  models(): Promise<readonly ServedModel[]>;
}

const noModels: HostedProvider = { isListed: false, models: async () => [] };

/** Why a provider did not respond, without a stack: the fault is not ours. */
const reasonOf = (fault: unknown): string => {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause instanceof Error ? `${fault.message}: ${fault.cause.message}` : fault.message;
};

export const openHostedProvider = (
  provider: CatalogueProvider,
  file: ModelsFile,
  { environment, connections, discoveryTimeoutMs: timeoutMs, closed, logger }: HostedSettings,
): HostedProvider => {
  const given = settingOf(environment, provider.baseUrlVariable);
  const baseUrl = given === undefined ? provider.baseUrl : parseBaseUrl(given);
  if (given !== undefined && baseUrl === undefined) {
    logger.error(
      { variable: provider.baseUrlVariable },
      'the variable does not hold an address; its provider is left out',
    );
  }
  const apiKey = settingOf(environment, provider.apiKeyVariable);
  const needsKey = provider.apiKeyVariable !== undefined && given === undefined;
  if (baseUrl === undefined || (needsKey && apiKey === undefined)) return noModels;

  const listed = file.models.filter((model) => model.provider === provider.name).map(({ id }) => id);
  const isListed = provider.discover === 'always' || (provider.discover === 'at-other-base-url' && given !== undefined);
  const create = modelFactory(provider, baseUrl, apiKey, connections);
  const serve = (modelId: string): ServedModel | undefined => {
    const model = findCatalogueModel(file, modelId);
    if (model === undefined) return undefined;
    const name = modelId.slice(provider.name.length + 1);
    const served = {
      modelId,
      provider: provider.name,
      pool: model.pool,
      model: create(name),
      countTokens: countO200kTokens,
    };
    return provider.kind === 'anthropic' ? { ...served, trimsPrefix: true } : served;
  };

  let ids = listed;
  let responds = true;
  const updateIds = async (): Promise<void> => {
    try {
      const names = await listModels({ baseUrl, apiKey, fetch: connections.fetch, timeoutMs, closed });
      ids = names.map((name) => `${provider.name}/${name}`);
      responds = true;
    } catch (fault) {
      if (!responds || closed.aborted) return;
      responds = false;
      logger.warn(
        { provider: provider.name, baseUrl, reason: reasonOf(fault) },
        'the provider does not list its models; it is asked again from time to time',
      );
    }
  };
  let known: ReadonlyMap<string, ServedModel> = new Map();
  return {
    isListed,
    async models() {
      if (isListed) await updateIds();
      const served = ids.flatMap((modelId) => known.get(modelId) ?? serve(modelId) ?? []);
      known = new Map(served.map((one) => [one.modelId, one]));
      return served;
    },
  };
};
