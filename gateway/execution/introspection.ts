/**
 * Answers what an operation asks of the schema itself (`__schema`, `__type`). Everything about one call comes with the
 * call: the compiled operation is shared by many. What the schema answered is remembered, because it is always the
 * same.
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
import type { WeighedMemory } from '../planning/weighed-memory.ts';
import { type ResponseTree, readOwn } from './response-tree.ts';
import type { FieldShape } from './selection-shapes.ts';
import { weightOfValue } from './value-weight.ts';

type Variables = Readonly<Record<string, unknown>>;

export interface Introspection {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export interface IntrospectedField {
  readonly treeKey: string;
  readonly value: unknown;
  readonly errors: readonly GraphQLError[];
}

/** @param nodes the field, as often as the operation has it under one key. */
const execute = (
  { schema, operation, fragments }: Introspection,
  nodes: readonly FieldNode[],
  variables: Variables,
): Omit<IntrospectedField, 'treeKey'> => {
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

/** What is given for one field is shared: it must not be changed. */
export interface KeptIntrospection {
  /** Undefined where it was not asked before. */
  known(field: FieldShape, variables: Variables): IntrospectedField | undefined;
  answer(field: FieldShape, variables: Variables): IntrospectedField;
}

export const createIntrospection = (introspection: Introspection, memory: WeighedMemory): KeptIntrospection => {
  const kept = memory.open<IntrospectedField>();
  const names = (introspection.operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const keyOf = ({ treeKey }: FieldShape, variables: Variables): string => {
    const values = createHash('sha256').update(JSON.stringify(names.map((name) => variables[name])));
    return `${treeKey} ${values.digest('base64url')}`;
  };
  return {
    known: (field, variables) => kept.get(keyOf(field, variables)),
    answer(field, variables) {
      const { treeKey, nodes } = field;
      const answered = { treeKey, ...execute(introspection, nodes, variables) };
      kept.set(keyOf(field, variables), answered, weightOfValue(answered.value));
      return answered;
    },
  };
};
