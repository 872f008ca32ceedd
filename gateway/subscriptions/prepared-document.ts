/**
 * The text of an operation that came over a socket, parsed and validated once per schema generation. Invariant: a
 * document that this gives without errors is valid in the schema of that generation.
 */
import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { fragmentsOf } from '../limits/operation-limits.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';

export interface PreparedDocument {
  /** Stands for the text in keys. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Either the document, or why it is none. */
export type Preparation = { readonly prepared: PreparedDocument } | { readonly errors: readonly GraphQLError[] };

/** Characters of texts remembered per generation; their trees take some fifty times as much. */
const rememberedCharacters = 2 * 1024 * 1024;

const withCode = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, {
    ...(error.nodes === undefined ? {} : { nodes: error.nodes }),
    ...(error.source === undefined ? {} : { source: error.source }),
    ...(error.positions === undefined ? {} : { positions: error.positions }),
    originalError: error,
    extensions: { ...error.extensions, code },
  });

/** Where a variable decides over the root field of a subscription, which is not valid, graphql-js throws. */
const validationErrors = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] => {
  try {
    return validate(schema, document);
  } catch (fault) {
    if (fault instanceof GraphQLError) return [fault];
    throw fault;
  }
};

const prepare = (generation: SchemaGeneration, text: string): Preparation => {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (fault) {
    if (fault instanceof GraphQLError) return { errors: [withCode(fault, 'GRAPHQL_PARSE_FAILED')] };
    throw fault;
  }
  const errors = validationErrors(generation.schema, document);
  if (errors.length > 0) return { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
  const hash = createHash('sha256').update(text).digest('base64url');
  return { prepared: { hash, document, fragments: fragmentsOf(document.definitions) } };
};

export interface DocumentPreparer {
  prepare(generation: SchemaGeneration, text: string): Preparation;
  /** Whether `prepare` costs nothing for this text, because it was given before. */
  knows(generation: SchemaGeneration, text: string): boolean;
}

export const createDocumentPreparer = (): DocumentPreparer => {
  const memories = new WeakMap<SchemaGeneration, LRUCache<string, Preparation>>();
  const memoryOf = (generation: SchemaGeneration): LRUCache<string, Preparation> => {
    const known = memories.get(generation);
    if (known) return known;
    const memory = new LRUCache<string, Preparation>({
      maxSize: rememberedCharacters,
      sizeCalculation: (_, key) => Math.max(1, key.length),
    });
    memories.set(generation, memory);
    return memory;
  };
  return {
    prepare(generation, text) {
      const memory = memoryOf(generation);
      const known = memory.get(text);
      if (known) return known;
      const preparation = prepare(generation, text);
      memory.set(text, preparation);
      return preparation;
    },
    knows: (generation, text) => memoryOf(generation).has(text),
  };
};
