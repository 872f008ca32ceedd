/**
 * Finds the models that this worker can serve, from the models file and the environment: hosted providers with a key or
 * an address, a GGUF file, the demonstration. Providers that list their models are asked again from time to time.
 * Invariants: a provider that cannot be reached at the start is left out, never half there; a GGUF file that is
 * configured but cannot be loaded is a fault at the start.
 */
import { setInterval } from 'node:timers/promises';
import { type CatalogueProvider, findCatalogueModel, type ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Logger } from '#kernel/log.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { createDemonstrationModel } from './demonstration-model.ts';
import { type HostedProvider, openHostedProvider } from './hosted-models.ts';
import type { LlamaSettings } from './llama-engine.ts';
import { loadLocalModel } from './local-models.ts';
import { openProviderConnections } from './provider-connections.ts';
import { createModelRegistry, type ModelRegistry, type ServedModel } from './registry.ts';

export interface ProviderSettings {
  /** The whole environment: the models file names the variables with keys and addresses. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds within which a connection to a provider must be open. */
  readonly connectTimeoutMs: number;
  /** Milliseconds within which a provider has to list its models. */
  readonly discoveryTimeoutMs: number;
  /** Milliseconds between two lists of a provider's models; 0 to ask at the start only. */
  readonly discoveryEveryMs: number;
  /**
   * Tokens per second of the demonstration, 0 for as fast as they are read; undefined where the demonstration is off.
   */
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
  const connections = opened.use(openProviderConnections(settings.connectTimeoutMs));
  const closing = new AbortController();
  const openProvider = async (provider: CatalogueProvider): Promise<HostedProvider> => {
    const always = (models: readonly ServedModel[]): HostedProvider => ({
      isListed: false,
      models: async () => models,
      ignoresModels: false,
    });
    if (provider.kind === 'demonstration')
      return always(demonstration(provider, file, settings.demonstrationTokensPerSecond));
    if (provider.kind !== 'llama')
      return openHostedProvider(provider, file, { ...settings, connections, closed: closing.signal, logger });
    const local = settings.llama && (await loadLocalModel(provider, file, settings.llama, logger));
    if (local === undefined) return always([]);
    opened.use(local.engine);
    return always([local.served]);
  };
  const providers = await Promise.all(file.providers.map(openProvider));
  const isDemonstration = ({ provider }: ServedModel): boolean =>
    file.providers.some(({ name, kind }) => name === provider && kind === 'demonstration');
  const find = async (): Promise<readonly ServedModel[]> => {
    const models = (await Promise.all(providers.map((provider) => provider.models()))).flat();
    // People would take its text for that of the models that they have and that are ignored.
    const isMisleading = providers.some(({ ignoresModels }) => ignoresModels) && models.every(isDemonstration);
    return isMisleading ? [] : models;
  };
  opened.defer(() => closing.abort());
  const registry = createModelRegistry(await find(), opened.move());
  if (settings.discoveryEveryMs === 0 || !providers.some(({ isListed }) => isListed)) return registry;
  const findAgain = async (): Promise<void> => {
    // Unreferenced: it keeps no process alive.
    for await (const _ of setInterval(settings.discoveryEveryMs, undefined, { ref: false, signal: closing.signal })) {
      registry.replace(await find());
    }
  };
  findAgain().catch((fault: unknown) => {
    if (!closing.signal.aborted) logger.error({ err: fault }, 'the discovery of models has stopped');
  });
  return registry;
};
