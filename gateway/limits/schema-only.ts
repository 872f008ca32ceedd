/** Recognizes operations that read nothing but the schema, which explorers send before their user has signed in. */
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

const schemaFields: ReadonlySet<string> = new Set(['__schema', '__type', '__typename']);

/** The operation must be valid: its fragments have no cycles. */
export const readsOnlySchema = (
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean => {
  const seen = new Set<string>();
  const only = (set: SelectionSetNode): boolean =>
    set.selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return schemaFields.has(selection.name.value);
      if (selection.kind === Kind.INLINE_FRAGMENT) return only(selection.selectionSet);
      const fragment = fragments.get(selection.name.value);
      if (!fragment) return false;
      if (seen.has(selection.name.value)) return true;
      seen.add(selection.name.value);
      return only(fragment.selectionSet);
    });
  return operation.operation === 'query' && only(operation.selectionSet);
};
