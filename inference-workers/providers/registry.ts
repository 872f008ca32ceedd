/**
 * The models that one worker can serve, each behind the `ai` package's provider interface. They change while the worker
 * runs, as its providers do. Invariant: listeners hear of each change, so the announced models are those that are
 * served.
 */
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Pool } from '#kernel/broker/topology.ts';

/** The tokens of a text, by the tokenizer of the model or the closest one available. */
export type CountTokens = (text: string) => number;

export interface ServedModel {
  /** As in the catalogue: provider, slash, name. */
  readonly modelId: string;
  readonly provider: string;
  readonly pool: Pool;
  readonly model: LanguageModelV4;
  readonly countTokens: CountTokens;
  /** Tokens of prompt and reply together, where the engine has fewer than the catalogue says. */
  readonly contextWindow?: number;
  /** Generations at once, where the engine has a bound. */
  readonly parallel?: number;
  /** The provider strips white space at the end of an assistant prefix, so the continuation may repeat it. */
  readonly trimsPrefix?: boolean;
}

/** Disposing closes engines and connections. Dispose the workers that use it first. */
export interface ModelRegistry extends AsyncDisposable {
  /** The models that can be served now. */
  readonly models: readonly ServedModel[];
  find(modelId: string): ServedModel | undefined;
  /** Calls back after the models have changed. Returns a function that stops it. */
  onChange(callback: () => void): () => void;
}

/** The registry of its owner, who finds the models. */
export interface ChangingRegistry extends ModelRegistry {
  /** Serves these models from now on. Running generations go on. */
  replace(models: readonly ServedModel[]): void;
}

const byIdOf = (models: readonly ServedModel[]): ReadonlyMap<string, ServedModel> =>
  new Map(models.map((served) => [served.modelId, served]));

/** @param resource the models' connections and engines, closed with the registry. */
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
