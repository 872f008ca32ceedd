/**
 * Finds which models this worker can serve, from the models file and the environment: hosted providers with a key or an address,
 * a GGUF file, the demonstration. Invariant: what cannot be reached now is left out, never half there; the engine of
 * a GGUF file that is named but cannot be loaded is a fault at the start.
 */
import { type CatalogueProvider, findCatalogueModel, type ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Logger } from '#kernel/log.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { createDemonstrationModel } from './demonstration-model.ts';
import { hostedModels } from './hosted-models.ts';
import type { LlamaSettings } from './llama-engine.ts';
import { loadLocalModel } from './local-models.ts';
import { createModelRegistry, type ModelRegistry, type ServedModel } from './registry.ts';
import { createWarmFetch } from './warm-fetch.ts';

export interface ProviderSettings {
  /** The whole environment: the models file names the variables with keys and addresses. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until a connection to a provider must stand. */
  readonly connectTimeoutMs: number;
  /** Milliseconds a provider may take to say which models it has. */
  readonly discoveryTimeoutMs: number;
  /** Undefined where the demonstration is off. Its tokens per second; 0 for as fast as they are taken. */
  readonly demonstrationTokensPerSecond: number | undefined;
  /** The GGUF file to serve, if any. */
  readonly llama: LlamaSettings | undefined;
}

const demonstration = (
  provider: CatalogueProvider,
  file: ModelsFile,
  tokensPerSecond: number | undefined,
): readonly ServedModel[] => {
  const modelId = `${provider.name}/demonstration`;
  const pool = findCatalogueModel(file, modelId)?.pool;
  if (tokensPerSecond === undefined || pool === undefined) return [];
  const model = createDemonstrationModel(tokensPerSecond);
  return [{ modelId, provider: provider.name, pool, model, countTokens: countO200kTokens }];
};

/** The registry owns connections and engines: dispose it after the workers. Throws EnvironmentError. */
export const discoverModels = async (
  settings: ProviderSettings,
  file: ModelsFile,
  logger: Logger,
): Promise<ModelRegistry> => {
  await using opened = new AsyncDisposableStack();
  const connections = opened.use(createWarmFetch(settings.connectTimeoutMs));
  const modelsOf = async (provider: CatalogueProvider): Promise<readonly ServedModel[]> => {
    if (provider.kind === 'demonstration') return demonstration(provider, file, settings.demonstrationTokensPerSecond);
    if (provider.kind !== 'llama') return hostedModels(provider, file, { ...settings, connections, logger });
    const local = settings.llama && (await loadLocalModel(provider, file, settings.llama, logger));
    if (local === undefined) return [];
    opened.use(local.engine);
    return [local.served];
  };
  const found = await Promise.all(file.providers.map(modelsOf));
  return createModelRegistry(found.flat(), opened.move());
};
