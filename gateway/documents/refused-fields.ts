/**
 * Fields of a document that its user may not read. They carry a mark under a name that no schema can define. Plans are
 * made without them, and in the result they are null, whatever a plan has read for itself. Their errors are delivered
 * with the part of the result in which they are null.
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
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { DeferredFragment } from './deferred-fragment.ts';
import { fieldOf, typeWithin } from './selected-types.ts';

const mark: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: '__refused' } };

export const refuse = (field: FieldNode): FieldNode => ({ ...field, directives: [...(field.directives ?? []), mark] });

export const isRefused = ({ directives }: SelectionNode): boolean => directives?.includes(mark) ?? false;

export interface RefusalOptions {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  isIncluded(selection: SelectionNode): boolean;
  /** Fragments that are delivered in parts of their own. */
  readonly deferred?: ReadonlyMap<SelectionNode, DeferredFragment> | undefined;
}

/**
 * Id of a deferred fragment -> its errors, whose paths start at the fragment's object; undefined -> all other errors.
 */
export type Refusals = ReadonlyMap<string | undefined, readonly GraphQLError[]>;

/** Errors reported for one part. More fields can be refused. */
const mostErrors = 100;

interface Position {
  readonly part: string | undefined;
  readonly path: readonly string[];
  readonly parent: GraphQLNamedType | undefined;
}

const listLevels = (type: GraphQLOutputType): readonly '@'[] => {
  if (isNonNullType(type)) return listLevels(type.ofType);
  return isListType(type) ? ['@', ...listLevels(type.ofType)] : [];
};

/** For each part, one error for each position of a refused field. `@` in its path stands for every item of a list. */
export const refusalsOf = (options: RefusalOptions): Refusals => {
  const { schema, operation, fragments, isIncluded, deferred } = options;
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

  /** For each part, by path. */
  const refusals = new Map<string | undefined, Map<string, GraphQLError>>();
  const errorsOf = (part: string | undefined): Map<string, GraphQLError> => {
    const errors = refusals.get(part) ?? new Map<string, GraphQLError>();
    refusals.set(part, errors);
    return errors;
  };
  const visited = new Set<string>();
  const add = (position: Position, field: FieldNode): void => {
    const { part, path, parent } = position;
    errorsOf(part).set(
      path.join(' '),
      new GraphQLError(`You may not read ${parent?.name}.${field.name.value}.`, {
        path,
        extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
      }),
    );
  };
  const walk = (set: SelectionSetNode, position: Position): void => {
    if (!refuses(set)) return;
    const { part, path, parent } = position;
    for (const selection of set.selections) {
      if (errorsOf(part).size >= mostErrors || !isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const inner = [...path, (selection.alias ?? selection.name).value];
        const type = fieldOf(parent, selection.name.value)?.type;
        if (isRefused(selection)) add({ ...position, path: inner }, selection);
        else if (selection.selectionSet && type) {
          walk(selection.selectionSet, { part, path: [...inner, ...listLevels(type)], parent: getNamedType(type) });
        }
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        // A fragment that is spread twice at one position adds nothing there.
        const visit = `${part} ${selection.name.value} ${path.join(' ')}`;
        if (visited.has(visit)) continue;
        visited.add(visit);
      }
      const own = deferred?.get(selection);
      const inner = own ? { part: own.id, path: [] } : { part, path };
      walk(fragment.selectionSet, { ...inner, parent: typeWithin(schema, fragment, parent) });
    }
  };
  walk(operation.selectionSet, {
    part: undefined,
    path: [],
    parent: schema.getRootType(operation.operation) ?? undefined,
  });
  return new Map([...refusals].map(([part, errors]) => [part, [...errors.values()]]));
};
