/** The faults of a document in a schema, in a form that can cross between threads. */
import { type DocumentNode, GraphQLError, type GraphQLSchema, Source, validate } from 'graphql';

export interface DocumentFault {
  readonly message: string;
  /** Offsets in its text. */
  readonly positions: readonly number[];
}

/** graphql-js throws when a variable decides over the root field of a subscription, which is invalid. */
const errorsOf = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] => {
  try {
    return validate(schema, document);
  } catch (fault) {
    if (fault instanceof GraphQLError) return [fault];
    throw fault;
  }
};

/** The document must have been parsed with locations. */
export const faultsOf = (schema: GraphQLSchema, document: DocumentNode): readonly DocumentFault[] =>
  errorsOf(schema, document).map(({ message, positions = [] }) => ({ message, positions }));

export const validationErrors = (text: string, faults: readonly DocumentFault[]): readonly GraphQLError[] => {
  const source = new Source(text);
  return faults.map(
    ({ message, positions }) =>
      new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }),
  );
};
