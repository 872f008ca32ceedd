/** Serves the GGUF file at MODEL_PATH. The engine's code is loaded only where there is such a file. */
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { type CatalogueProvider, findCatalogueModel, type ModelsFile } from '#kernel/catalogue/models-file.ts';
import { EnvironmentError } from '#kernel/config/environment.ts';
import type { Logger } from '#kernel/log.ts';
import type { LlamaSettings } from './llama-engine.ts';
import type { ServedModel } from './registry.ts';

export interface LocalModel {
  readonly served: ServedModel;
  readonly engine: AsyncDisposable;
}

/** The file's name as the last part of a model id. */
const nameOf = (path: string): string =>
  basename(path)
    .replace(/\.gguf$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '') || 'model';

/**
 * Undefined when the provider has no terms for such a model. Throws EnvironmentError when the file cannot be loaded.
 */
export const loadLocalModel = async (
  provider: CatalogueProvider,
  file: ModelsFile,
  settings: LlamaSettings,
  logger: Logger,
): Promise<LocalModel | undefined> => {
  const name = nameOf(settings.modelPath);
  const modelId = `${provider.name}/${name}`;
  const model = findCatalogueModel(file, modelId);
  if (model === undefined) return undefined;
  const unusable = (cause: unknown): never => {
    throw new EnvironmentError(`MODEL_PATH: ${settings.modelPath} cannot be loaded as a GGUF file.`, { cause });
  };
  await access(settings.modelPath).catch(unusable);
  const [{ loadLlamaEngine }, { createLlamaModel }] = await Promise.all([
    import('./llama-engine.ts'),
    import('./llama-model.ts'),
  ]);
  const engine = await loadLlamaEngine(settings, model.contextWindow, logger).catch(unusable);
  const served = {
    modelId,
    provider: provider.name,
    pool: model.pool,
    model: createLlamaModel(engine, name),
    countTokens: engine.countTokens,
    contextWindow: engine.contextSize,
    parallel: engine.sequences,
  };
  return { served, engine };
};
