/**
 * Remembers the parsed and validated documents of a subgraph: the gateway and the other subgraphs send the same few
 * repeatedly, with all differences in their variables. Bounded by their size.
 */
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, validate, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import { requireStorableText } from './storable-text.ts';

const rememberedBytes = 32 * 1024 * 1024;
/** Of one node of a syntax tree, with its tokens. */
const bytesOfNode = 500;

/** Throws BAD_USER_INPUT for a document with text that cannot be stored. */
export type ReadDocument = (
  query: string,
) => { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** A literal that a scalar refuses has the code of its refusal. */
const withCode = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { code, ...error.extensions },
  });

export const createDocuments = (schema: GraphQLSchema): ReadDocument => {
  const remembered = new LRUCache<string, ReturnType<ReadDocument>>({ maxSize: rememberedBytes });
  let nodes = 0;
  const read: ReadDocument = (query) => {
    try {
      nodes = 0;
      const document = parse(query);
      visit(document, {
        enter(node) {
          nodes += 1;
          if (node.kind === Kind.STRING) requireStorableText(node.value);
        },
      });
      const errors = validate(schema, document).map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
      return errors.length > 0 ? { errors } : { document };
    } catch (cause) {
      if (!(cause instanceof GraphQLError)) throw cause;
      return { errors: [withCode(cause, 'GRAPHQL_PARSE_FAILED')] };
    }
  };
  return (query) => {
    const known = remembered.get(query);
    if (known) return known;
    const result = read(query);
    // A literal is held twice: in the text, which is also the key, and as a value.
    remembered.set(query, result, { size: 4 * query.length + nodes * bytesOfNode + 1 });
    return result;
  };
};
