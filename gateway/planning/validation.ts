/** The faults of a document in a schema, in a form that can cross between threads. */
import {
  type ASTVisitor,
  type DocumentNode,
  type FloatValueNode,
  GraphQLError,
  type GraphQLSchema,
  type IntValueNode,
  Source,
  specifiedRules,
  type ValidationContext,
  validate,
} from 'graphql';

export interface DocumentFault {
  readonly message: string;
  /** Offsets in its text. */
  readonly positions: readonly number[];
}

/** Numbers that are infinite for a computer, such as 1e400: no value means them, and no planner can print them. */
const finiteNumbersRule = (context: ValidationContext): ASTVisitor => {
  const check = (node: FloatValueNode | IntValueNode): void => {
    if (Number.isFinite(Number(node.value))) return;
    context.reportError(new GraphQLError('A number is too large. Write a smaller one.', { nodes: node }));
  };
  return { FloatValue: check, IntValue: check };
};

const rules = [...specifiedRules, finiteNumbersRule];

/** graphql-js throws when a variable decides over the root field of a subscription, which is invalid. */
const errorsOf = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] => {
  try {
    return validate(schema, document, rules);
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
