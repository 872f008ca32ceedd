/**
 * The models of one provider that is reached over HTTP: those of the catalogue, or those that it says it has. A provider
 * without its key or address gives none, which is no fault; one that should say what it has and does not answer is logged.
 */
import { createAnthropic } from '@ai-sdk/anthropic';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { type CatalogueProvider, findCatalogueModel, type ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Logger } from '#kernel/log.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { parseBaseUrl } from './base-url.ts';
import { createChatCompletionsModel } from './chat-completions/chat-completions-model.ts';
import { listModels } from './list-models.ts';
import type { ServedModel } from './registry.ts';
import type { WarmFetch } from './warm-fetch.ts';

export interface HostedSettings {
  /** The variables that the models file names. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly connections: WarmFetch;
  /** Milliseconds a provider may take to say which models it has. */
  readonly discoveryTimeoutMs: number;
  readonly logger: Logger;
}

const modelFactory = (
  { kind, name: provider }: CatalogueProvider,
  baseUrl: string,
  apiKey: string | undefined,
  { fetch, dispatcher }: WarmFetch,
): ((name: string) => LanguageModelV4) => {
  if (kind === 'anthropic') {
    return createAnthropic({ baseURL: baseUrl, ...(apiKey === undefined ? {} : { apiKey }), fetch }).languageModel;
  }
  return (model) => createChatCompletionsModel({ provider, baseUrl, apiKey, model, dispatcher });
};

/** The variable's value; the empty text counts as not set. */
const settingOf = (environment: HostedSettings['environment'], variable: string | undefined): string | undefined =>
  (variable === undefined ? undefined : environment[variable]) || undefined;

export const hostedModels = async (
  provider: CatalogueProvider,
  file: ModelsFile,
  { environment, connections, discoveryTimeoutMs, logger }: HostedSettings,
): Promise<readonly ServedModel[]> => {
  const given = settingOf(environment, provider.baseUrlVariable);
  const baseUrl = given === undefined ? provider.baseUrl : parseBaseUrl(given);
  if (given !== undefined && baseUrl === undefined) {
    logger.error({ variable: provider.baseUrlVariable }, 'the variable holds no address; its provider is left out');
  }
  const apiKey = settingOf(environment, provider.apiKeyVariable);
  const needsKey = provider.apiKeyVariable !== undefined && given === undefined;
  if (baseUrl === undefined || (needsKey && apiKey === undefined)) return [];

  const listed = file.models.filter((model) => model.provider === provider.name).map(({ id }) => id);
  const asks = provider.discover === 'always' || (provider.discover === 'at-other-base-url' && given !== undefined);
  const ids = asks
    ? await listModels({ baseUrl, apiKey, fetch: connections.fetch, timeoutMs: discoveryTimeoutMs }).then(
        (names) => names.map((name) => `${provider.name}/${name}`),
        (err: unknown) => {
          logger.warn({ err, provider: provider.name }, 'the provider did not say which models it has');
          return listed;
        },
      )
    : listed;

  const create = modelFactory(provider, baseUrl, apiKey, connections);
  return ids.flatMap((modelId) => {
    const model = findCatalogueModel(file, modelId);
    if (model === undefined) return [];
    const name = modelId.slice(provider.name.length + 1);
    const served = {
      modelId,
      provider: provider.name,
      pool: model.pool,
      model: create(name),
      countTokens: countO200kTokens,
    };
    return [provider.kind === 'anthropic' ? { ...served, trimsPrefix: true } : served];
  });
};
