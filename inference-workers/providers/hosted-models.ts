/**
 * The models of one provider that is reached over HTTP: those of the catalogue, or those that it says it has. A
 * provider without its key or address gives none, which is no fault; one that should say what it has and does not
 * answer keeps what it had, and is logged when it had answered before or was never asked.
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
  /** Milliseconds a provider may take to say which models it has. */
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

/** The variable's value; the empty text counts as not set. */
const settingOf = (environment: HostedSettings['environment'], variable: string | undefined): string | undefined =>
  (variable === undefined ? undefined : environment[variable]) || undefined;

/** A provider that can be asked again what it has. */
export interface HostedProvider {
  /** Whether what it has changes with what it says. */
  readonly asks: boolean;
  /** What it has now. A model that it had before is the same object. Never rejects. */
  models(): Promise<readonly ServedModel[]>;
}

const nothing: HostedProvider = { asks: false, models: async () => [] };

/** Why a provider did not answer, without a stack: it is no fault of ours. */
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
    logger.error({ variable: provider.baseUrlVariable }, 'the variable holds no address; its provider is left out');
  }
  const apiKey = settingOf(environment, provider.apiKeyVariable);
  const needsKey = provider.apiKeyVariable !== undefined && given === undefined;
  if (baseUrl === undefined || (needsKey && apiKey === undefined)) return nothing;

  const listed = file.models.filter((model) => model.provider === provider.name).map(({ id }) => id);
  const asks = provider.discover === 'always' || (provider.discover === 'at-other-base-url' && given !== undefined);
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
  let answers = true;
  const ask = async (): Promise<void> => {
    try {
      const names = await listModels({ baseUrl, apiKey, fetch: connections.fetch, timeoutMs, closed });
      ids = names.map((name) => `${provider.name}/${name}`);
      answers = true;
    } catch (fault) {
      if (!answers || closed.aborted) return;
      answers = false;
      logger.warn(
        { provider: provider.name, baseUrl, reason: reasonOf(fault) },
        'the provider does not say which models it has; it is asked again from time to time',
      );
    }
  };
  let known: ReadonlyMap<string, ServedModel> = new Map();
  return {
    asks,
    async models() {
      if (asks) await ask();
      const served = ids.flatMap((modelId) => known.get(modelId) ?? serve(modelId) ?? []);
      known = new Map(served.map((one) => [one.modelId, one]));
      return served;
    },
  };
};
