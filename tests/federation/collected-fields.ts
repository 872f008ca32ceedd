/** The fields that selections have on an object of one type, once fragments and @include and @skip are resolved. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** The operation whose selections are collected. */
export interface CollectedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

const applies = (schema: GraphQLSchema, type: GraphQLObjectType, condition: string | undefined): boolean => {
  if (condition === undefined || condition === type.name) return true;
  const abstract = schema.getType(condition);
  return isAbstractType(abstract) && schema.isSubType(abstract, type);
};

const isTrue = (
  node: FieldNode | { readonly directives?: FieldNode['directives'] },
  variables: CollectedOperation['variables'],
): boolean =>
  (node.directives ?? []).every(({ name: directive, arguments: [condition] = [] }) => {
    const { value } = condition ?? {};
    const holds =
      value?.kind === Kind.VARIABLE ? variables[value.name.value] : value?.kind === Kind.BOOLEAN && value.value;
    return holds === (directive.value === 'include');
  });

/** @returns the fields by response key. */
export const collectFields = (
  operation: CollectedOperation,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): ReadonlyMap<string, readonly FieldNode[]> => {
  const { schema, document, variables } = operation;
  const fields = new Map<string, FieldNode[]>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isTrue(selection, variables)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        fields.set(key, [...(fields.get(key) ?? []), selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : document.definitions.find(
              (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
            );
      if (!fragment || !('selectionSet' in fragment)) throw new Error('a fragment is missing');
      const condition = 'typeCondition' in fragment ? fragment.typeCondition?.name.value : undefined;
      if (applies(schema, type, condition)) collect(fragment.selectionSet);
    }
  };
  for (const set of sets) collect(set);
  return fields;
};
