/**
 * Fields of a document that its user may not have. They carry a mark under a name that no schema can define: plans are
 * made without them, and in the answer they are null, whatever a plan has read for itself.
 */
import {
  type ConstDirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

const mark: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: '__refused' } };

export const refuse = (field: FieldNode): FieldNode => ({ ...field, directives: [...(field.directives ?? []), mark] });

export const isRefused = ({ directives }: SelectionNode): boolean => directives?.includes(mark) ?? false;

export interface RefusalOptions {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  isIncluded(selection: SelectionNode): boolean;
}

/** Errors of one answer; more fields can be refused. */
const mostErrors = 100;

const listLevels = (type: GraphQLOutputType): readonly '@'[] => {
  if (isNonNullType(type)) return listLevels(type.ofType);
  return isListType(type) ? ['@', ...listLevels(type.ofType)] : [];
};

/** One error for each place of a refused field; `@` in its path stands for every item of a list. */
export const refusalsOf = ({ schema, operation, fragments, isIncluded }: RefusalOptions): readonly GraphQLError[] => {
  const inFragments = new Map<string, boolean>();
  const refuses = (set: SelectionSetNode): boolean =>
    set.selections.some((selection) => {
      if (!isIncluded(selection)) return false;
      if (selection.kind === Kind.INLINE_FRAGMENT) return refuses(selection.selectionSet);
      if (selection.kind === Kind.FIELD) {
        return isRefused(selection) || (selection.selectionSet !== undefined && refuses(selection.selectionSet));
      }
      const name = selection.name.value;
      const known = inFragments.get(name);
      if (known !== undefined) return known;
      const fragment = fragments.get(name);
      const found = fragment !== undefined && refuses(fragment.selectionSet);
      inFragments.set(name, found);
      return found;
    });

  const errors = new Map<string, GraphQLError>();
  const visited = new Set<string>();
  const add = (path: readonly string[], parent: GraphQLNamedType | undefined, field: FieldNode): void => {
    errors.set(
      path.join(' '),
      new GraphQLError(`You may not have ${parent?.name}.${field.name.value}.`, {
        path,
        extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
      }),
    );
  };
  const walk = (set: SelectionSetNode, parent: GraphQLNamedType | undefined, path: readonly string[]): void => {
    if (!refuses(set)) return;
    for (const selection of set.selections) {
      if (errors.size >= mostErrors || !isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const inner = [...path, (selection.alias ?? selection.name).value];
        const type =
          isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[selection.name.value]?.type : undefined;
        if (isRefused(selection)) add(inner, parent, selection);
        else if (selection.selectionSet && type) {
          walk(selection.selectionSet, getNamedType(type), [...inner, ...listLevels(type)]);
        }
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        // A fragment that is spread twice at one place says nothing new there.
        const visit = `${selection.name.value} ${path.join(' ')}`;
        if (visited.has(visit)) continue;
        visited.add(visit);
      }
      const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
      walk(fragment.selectionSet, condition ?? parent, path);
    }
  };
  walk(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, []);
  return [...errors.values()];
};
