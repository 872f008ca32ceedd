/**
 * Bounds, parses and validates the text of an operation once per schema generation, over any transport. Invariants: a
 * document without errors is valid in the schema of that generation; a text beyond the length limit is not read.
 */
import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import type { Payer } from '../authentication/payer.ts';
import { checkText, type OperationLimits } from '../limits/operation-limits.ts';
import type { WeighedCache } from '../memory/weighed-memory.ts';
import type { Planner } from '../planning/planner.ts';
import { validationErrors } from '../planning/validation.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';

/** Either the document, or why it is invalid. */
export type Preparation = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

export interface DocumentPreparer {
  /** Rejects with an AppError when the text is too long, or when the sender has to wait. */
  prepare(generation: SchemaGeneration, text: string, payer: Payer): Promise<Preparation>;
  /** The earlier result for this text, or the pending one for the same sender; undefined when there is none. */
  known(generation: SchemaGeneration, text: string, payer: Payer): Promise<Preparation> | Preparation | undefined;
}

/** Longest text, in characters, that serves as its own key. */
const ownKeyLength = 4096;
/** Bytes of a token in the tree: itself, and its share of a node. */
const bytesOfToken = 600;

const syntaxError = ({ message, source, positions, originalError }: GraphQLError): GraphQLError =>
  new GraphQLError(message, {
    ...(source === undefined ? {} : { source }),
    ...(positions === undefined ? {} : { positions }),
    originalError,
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });

const parsed = (text: string): Preparation => {
  try {
    return { document: parse(text) };
  } catch (fault) {
    if (fault instanceof GraphQLError) return { errors: [syntaxError(fault)] };
    throw fault;
  }
};

export interface DocumentLimits extends OperationLimits {
  /** Whether errors name no fields or types that the text does not name, because not everybody may read the schema. */
  readonly hidesSuggestions?: boolean;
}

/** graphql-js puts its suggestions at the end. */
const suggestion = / Did you mean .*\?$/s;

export const createDocumentPreparer = (planner: Planner, limits: DocumentLimits): DocumentPreparer => {
  const memories = new WeakMap<SchemaGeneration, WeighedCache<Preparation>>();
  /** By generation, sender and text. */
  const pending = new WeakMap<SchemaGeneration, Map<string, Promise<Preparation>>>();
  const memoryOf = (generation: SchemaGeneration): WeighedCache<Preparation> => {
    const memory = memories.get(generation) ?? generation.environment.memory.open<Preparation>();
    memories.set(generation, memory);
    return memory;
  };
  /** A short text is its own key: hashing it would cost each request more than the look-up. */
  const keyOf = (text: string): string =>
    text.length <= ownKeyLength ? text : `sha256 ${createHash('sha256').update(text).digest('base64url')}`;

  const prepare = async (generation: SchemaGeneration, text: string, payer: Payer): Promise<Preparation> => {
    const tokens = checkText(text, limits);
    const preparation = parsed(text);
    if ('errors' in preparation) return preparation;
    const { document } = preparation;
    const found = await planner.validate(generation, { text, document, tokens }, payer);
    const faults = limits.hidesSuggestions
      ? found.map((fault) => ({ ...fault, message: fault.message.replace(suggestion, '') }))
      : found;
    const result = faults.length > 0 ? { errors: validationErrors(text, faults) } : preparation;
    memoryOf(generation).set(keyOf(text), result, 2 * text.length + tokens * bytesOfToken);
    return result;
  };

  return {
    async prepare(generation, text, payer) {
      const known = memoryOf(generation).get(keyOf(text));
      if (known) return known;
      const running = pending.get(generation) ?? new Map<string, Promise<Preparation>>();
      pending.set(generation, running);
      const key = `${payer} ${text}`;
      const begun = running.get(key) ?? prepare(generation, text, payer).finally(() => running.delete(key));
      running.set(key, begun);
      return begun;
    },
    known: (generation, text, payer) =>
      memoryOf(generation).get(keyOf(text)) ?? pending.get(generation)?.get(`${payer} ${text}`),
  };
};
