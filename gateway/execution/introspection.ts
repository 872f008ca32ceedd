/**
 * Executes the introspection fields (`__schema`, `__type`) of an operation. All the data of one call comes with the
 * call, because many calls share the compiled operation. Results are cached, because they never change within a schema
 * generation.
 */
import { createHash } from 'node:crypto';
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
import { weightOfValue } from '../memory/value-weight.ts';
import type { WeighedMemory } from '../memory/weighed-memory.ts';
import { type ResponseTree, readOwn } from './response-tree.ts';
import type { FieldShape } from './selection-shapes.ts';

type Variables = Readonly<Record<string, unknown>>;

export interface Introspection {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export interface IntrospectedField {
  readonly plannedKey: string;
  readonly value: unknown;
  readonly errors: readonly GraphQLError[];
}

/** @param nodes every occurrence of the field under one response key. */
const execute = (
  { schema, operation, fragments }: Introspection,
  nodes: readonly FieldNode[],
  variables: Variables,
): Omit<IntrospectedField, 'plannedKey'> => {
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
          // Its conditions are already decided: the field is included.
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

/** The returned values are shared and must not be changed. */
export interface KeptIntrospection {
  /** Undefined when the field is not cached. */
  known(field: FieldShape, variables: Variables): IntrospectedField | undefined;
  resolve(field: FieldShape, variables: Variables): IntrospectedField;
}

export const createIntrospection = (introspection: Introspection, memory: WeighedMemory): KeptIntrospection => {
  const kept = memory.open<IntrospectedField>();
  const names = (introspection.operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const keyOf = ({ plannedKey }: FieldShape, variables: Variables): string => {
    const values = createHash('sha256').update(JSON.stringify(names.map((name) => variables[name])));
    return `${plannedKey} ${values.digest('base64url')}`;
  };
  return {
    known: (field, variables) => kept.get(keyOf(field, variables)),
    resolve(field, variables) {
      const { plannedKey, nodes } = field;
      const resolved = { plannedKey, ...execute(introspection, nodes, variables) };
      kept.set(keyOf(field, variables), resolved, weightOfValue(resolved.value));
      return resolved;
    },
  };
};
