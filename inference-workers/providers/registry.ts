/**
 * The models that one worker can serve, each behind the `ai` package's provider interface. Invariant: it does not change
 * while the worker runs, so what was announced is what is served.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Pool } from '#kernel/broker/topology.ts';

/** Tokens of a text, by the tokenizer of the model or the nearest one there is. */
export type CountTokens = (text: string) => number;

export interface ServedModel {
  /** As in the catalogue: provider, slash, name. */
  readonly modelId: string;
  readonly provider: string;
  readonly pool: Pool;
  readonly model: LanguageModelV4;
  readonly countTokens: CountTokens;
  /** Tokens of prompt and answer together, where the engine has fewer than the catalogue says. */
  readonly contextWindow?: number;
  /** Generations at once, where the engine has a bound. */
  readonly parallel?: number;
  /** The provider drops white space at the end of an assistant prefix, so the continuation may bring it again. */
  readonly trimsPrefix?: boolean;
}

/** Disposing closes engines and connections; dispose the workers that use it first. */
export interface ModelRegistry extends AsyncDisposable {
  readonly models: readonly ServedModel[];
  find(modelId: string): ServedModel | undefined;
}

/** @param resource closed with the registry: the models' connections and engines. */
export const createModelRegistry = (models: readonly ServedModel[], resource?: AsyncDisposable): ModelRegistry => {
  const byId = new Map(models.map((served) => [served.modelId, served]));
  return {
    models,
    find: (modelId) => byId.get(modelId),
    async [Symbol.asyncDispose]() {
      await resource?.[Symbol.asyncDispose]();
    },
  };
};
