/**
 * Answers what an operation asks of the schema itself (`__schema`, `__type`). Everything about one call comes with the
 * call: the compiled operation is shared by many.
 */
import {
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type ResponseTree, readOwn } from './response-tree.ts';

export interface Introspection {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** @param nodes the field, as often as the operation has it under one key. */
export const introspect = (
  { schema, operation, fragments }: Introspection,
  nodes: readonly FieldNode[],
  variables: Readonly<Record<string, unknown>>,
): { readonly value: unknown; readonly errors: readonly GraphQLError[] } => {
  const [first] = nodes;
  const { data, errors = [] } = executeSync({
    schema,
    document: {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          ...operation,
          operation: OperationTypeNode.QUERY,
          directives: [],
          // Its conditions are decided: the field is in the answer.
          selectionSet: { kind: Kind.SELECTION_SET, selections: nodes.map((node) => ({ ...node, directives: [] })) },
        },
        ...fragments.values(),
      ],
    },
    rootValue: {},
    variableValues: variables,
  });
  const tree: ResponseTree = { ...data };
  return { value: first ? readOwn(tree, (first.alias ?? first.name).value) : null, errors };
};
