/**
 * The models that one worker can serve, each behind the `ai` package's provider interface. What its providers have
 * changes while the worker runs. Invariant: whoever listens is told of each change, so what was announced is what is
 * served.
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
  /** Those that can be served now. */
  readonly models: readonly ServedModel[];
  find(modelId: string): ServedModel | undefined;
  /** Calls back after the models have changed. Returns the closer. */
  onChange(callback: () => void): () => void;
}

/** A registry for whoever finds the models. */
export interface ChangingRegistry extends ModelRegistry {
  /** Serves these from now on. What is being generated goes on. */
  replace(models: readonly ServedModel[]): void;
}

const byIdOf = (models: readonly ServedModel[]): ReadonlyMap<string, ServedModel> =>
  new Map(models.map((served) => [served.modelId, served]));

/** @param resource closed with the registry: the models' connections and engines. */
export const createModelRegistry = (first: readonly ServedModel[], resource?: AsyncDisposable): ChangingRegistry => {
  const listeners = new Set<() => void>();
  let models = first;
  let byId = byIdOf(first);
  return {
    get models() {
      return models;
    },
    find: (modelId) => byId.get(modelId),
    onChange(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    replace(next) {
      const isSame = next.length === models.length && next.every((served) => byId.get(served.modelId) === served);
      models = next;
      byId = byIdOf(next);
      if (!isSame) for (const listener of listeners) listener();
    },
    async [Symbol.asyncDispose]() {
      await resource?.[Symbol.asyncDispose]();
    },
  };
};
