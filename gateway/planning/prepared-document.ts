/**
 * The text of an operation, bounded, parsed and validated once per schema generation, whichever way it came.
 * Invariants: a document that this gives without errors is valid in the schema of that generation; nothing is read of
 * a text that is longer than it may be.
 */
import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { checkText, type OperationLimits } from '../limits/operation-limits.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { Asker, Planner } from './planner.ts';
import { validationErrors } from './validation.ts';
import type { WeighedCache } from './weighed-memory.ts';

/** Either the document, or why it is none. */
export type Preparation = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

export interface DocumentPreparer {
  /** Rejects with an AppError for a text that is too long, and where the sender has to wait. */
  prepare(generation: SchemaGeneration, text: string, asker: Asker): Promise<Preparation>;
  /**
   * What was given for this text before, or is about to be given to the same sender; undefined where that is not known.
   */
  known(generation: SchemaGeneration, text: string, asker: Asker): Promise<Preparation> | Preparation | undefined;
}

/** Characters of a text that is its own key. */
const ownKeyLength = 4096;
/** What a token of a tree takes: itself, and its part of a node. */
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

export const createDocumentPreparer = (planner: Planner, limits: OperationLimits): DocumentPreparer => {
  const memories = new WeakMap<SchemaGeneration, WeighedCache<Preparation>>();
  /** By generation, sender and text. */
  const underWay = new WeakMap<SchemaGeneration, Map<string, Promise<Preparation>>>();
  const memoryOf = (generation: SchemaGeneration): WeighedCache<Preparation> => {
    const memory = memories.get(generation) ?? generation.environment.memory.open<Preparation>();
    memories.set(generation, memory);
    return memory;
  };
  /** A short text is its own key: to hash it would cost each request more than to look it up. */
  const keyOf = (text: string): string =>
    text.length <= ownKeyLength ? text : `sha256 ${createHash('sha256').update(text).digest('base64url')}`;

  const prepare = async (generation: SchemaGeneration, text: string, asker: Asker): Promise<Preparation> => {
    const tokens = checkText(text, limits);
    const preparation = parsed(text);
    if ('errors' in preparation) return preparation;
    const { document } = preparation;
    const faults = await planner.validate(generation, { text, document, tokens }, asker);
    const result = faults.length > 0 ? { errors: validationErrors(text, faults) } : preparation;
    memoryOf(generation).set(keyOf(text), result, 2 * text.length + tokens * bytesOfToken);
    return result;
  };

  return {
    async prepare(generation, text, asker) {
      const known = memoryOf(generation).get(keyOf(text));
      if (known) return known;
      const running = underWay.get(generation) ?? new Map<string, Promise<Preparation>>();
      underWay.set(generation, running);
      const key = `${asker} ${text}`;
      const begun = running.get(key) ?? prepare(generation, text, asker).finally(() => running.delete(key));
      running.set(key, begun);
      return begun;
    },
    known: (generation, text, asker) =>
      memoryOf(generation).get(keyOf(text)) ?? underWay.get(generation)?.get(`${asker} ${text}`),
  };
};
