/**
 * Finds which models this worker can serve, from the models file and the environment: hosted providers with a key or an address,
 * a GGUF file, the demonstration. Invariant: what cannot be reached now is left out, never half there; the engine of
 * a GGUF file that is named but cannot be loaded is a fault at the start.
 */
import { findCatalogueModel, type ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Logger } from '#kernel/log.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { createDemonstrationModel } from './demonstration-model.ts';
import { hostedModels } from './hosted-models.ts';
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
}

/** The registry owns connections and engines: dispose it after the workers. */
export const discoverModels = async (
  settings: ProviderSettings,
  file: ModelsFile,
  logger: Logger,
): Promise<ModelRegistry> => {
  const warm = createWarmFetch(settings.connectTimeoutMs);
  const found = await Promise.all(
    file.providers.map(async (provider): Promise<readonly ServedModel[]> => {
      if (provider.kind === 'llama') return [];
      if (provider.kind !== 'demonstration') {
        const { environment, discoveryTimeoutMs } = settings;
        return hostedModels(provider, file, { environment, fetch: warm.fetch, discoveryTimeoutMs, logger });
      }
      const pace = settings.demonstrationTokensPerSecond;
      const modelId = `${provider.name}/demonstration`;
      const model = findCatalogueModel(file, modelId);
      if (pace === undefined || model === undefined) return [];
      return [
        {
          modelId,
          provider: provider.name,
          pool: model.pool,
          model: createDemonstrationModel(pace),
          countTokens: countO200kTokens,
        },
      ];
    }),
  );
  return createModelRegistry(found.flat(), [warm]);
};
