/**
 * The embedders of a process, by the ids of their models: those that models.yaml lists with the capability EMBEDDING
 * and whose provider can be reached, and the embedded one. Invariant: the id of a model names the same vectors in every
 * process that reads the same file, because those of different models cannot be compared.
 */
import { z } from 'zod';
import { parseBaseUrl } from '../catalogue/base-url.ts';
import type { CatalogueModel, CatalogueProvider, ModelsFile } from '../catalogue/models-file.ts';
import { EnvironmentError } from '../config/environment.ts';
import type { Embedder } from './embedder.ts';
import { createEmbeddingsEndpoint } from './embeddings-endpoint.ts';
import { createSentenceEncoder, sentenceEncoderId } from './sentence-encoder.ts';

/** Variables of every process that embeds. */
export const embeddingEnvironment = {
  EMBEDDING_MODEL: z
    .string()
    .optional()
    .describe(
      'The model that embeds the documents of new collections: one of models.yaml with the capability EMBEDDING. Not set: an English one inside the process.',
    ),
  EMBEDDING_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(20_000)
    .describe('Milliseconds within which a provider has to embed 64 passages.'),
};
export interface EmbeddingConfig {
  readonly EMBEDDING_MODEL?: string | undefined;
  readonly EMBEDDING_TIMEOUT_MS: number;
}

export interface Embedders extends AsyncDisposable {
  /** Of new collections. */
  readonly defaultModel: string;
  /** All that this process can reach. */
  readonly models: readonly string[];
  find(modelId: string): Embedder | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const endpointOf = (
  { id, price }: CatalogueModel,
  provider: CatalogueProvider,
  environment: Environment,
  timeoutMs: number,
): Embedder | undefined => {
  const { baseUrlVariable, apiKeyVariable } = provider;
  const given = baseUrlVariable === undefined ? undefined : environment[baseUrlVariable];
  const apiKey = (apiKeyVariable === undefined ? undefined : environment[apiKeyVariable]) || undefined;
  const baseUrl = given ? parseBaseUrl(given) : provider.baseUrl;
  // A server of one's own may need no key.
  if (baseUrl === undefined || (apiKeyVariable !== undefined && !given && apiKey === undefined)) return undefined;
  const model = id.slice(provider.name.length + 1);
  return createEmbeddingsEndpoint({ modelId: id, model, baseUrl, apiKey, price: price.input, timeoutMs });
};

/** Throws EnvironmentError where `EMBEDDING_MODEL` cannot be reached. */
export const createEmbedders = (config: EmbeddingConfig, file: ModelsFile, environment: Environment): Embedders => {
  const embedded = createSentenceEncoder();
  const found = new Map<string, Embedder>([[sentenceEncoderId, embedded]]);
  for (const model of file.models) {
    const provider = file.providers.find(({ name }) => name === model.provider);
    if (!model.capabilities.includes('EMBEDDING') || provider?.kind !== 'openai-compatible') continue;
    const endpoint = endpointOf(model, provider, environment, config.EMBEDDING_TIMEOUT_MS);
    if (endpoint) found.set(model.id, endpoint);
  }
  const defaultModel = config.EMBEDDING_MODEL ?? sentenceEncoderId;
  if (!found.has(defaultModel)) {
    throw new EnvironmentError(
      `EMBEDDING_MODEL: ${defaultModel} is not in the models file with the capability EMBEDDING, or its provider's variables are not set.`,
    );
  }
  return {
    defaultModel,
    models: [...found.keys()],
    find: (modelId) => found.get(modelId),
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
};
