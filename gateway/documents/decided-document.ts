/**
 * Removes conditions and refused fields from a document once they are decided. Plans are made from the result, because
 * a plan with conditions fetches an entity's required fields under the condition of the field that requires them, and
 * then loses the entity's other fields along with them.
 */
import { type DocumentNode, Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql';
import type { IsTrue } from './is-true.ts';
import { isRefused } from './refused-fields.ts';

const isCondition = (name: string): boolean => name === 'skip' || name === 'include';

/** Whether the selection's conditions include it. */
export const isIncluded = (selection: SelectionNode, isTrue: IsTrue): boolean =>
  (selection.directives ?? []).every(({ name, arguments: given = [] }) => {
    if (!isCondition(name.value)) return true;
    const condition = given[0]?.value;
    const value =
      condition?.kind === Kind.VARIABLE
        ? isTrue(condition.name.value)
        : condition?.kind === Kind.BOOLEAN && condition.value;
    return value === (name.value === 'include');
  });

/** A selection set may not be empty. One that lost all its selections selects `__typename` under this alias. */
export const placeholderKey = '_as_nothing';
const placeholder: SelectionSetNode['selections'] = [
  {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: placeholderKey },
    name: { kind: Kind.NAME, value: '__typename' },
  },
];

/** Whether nothing but placeholders is left of it. */
export const isEmptied = ({ selections }: SelectionSetNode): boolean =>
  selections.every(
    (selection) =>
      (selection.kind === Kind.FIELD && selection.alias?.value === placeholderKey) ||
      (selection.kind === Kind.INLINE_FRAGMENT && isEmptied(selection.selectionSet)),
  );

export const decideDocument = (document: DocumentNode, isTrue: IsTrue): DocumentNode =>
  visit(document, {
    SelectionSet(set) {
      const kept = set.selections.filter((selection) => isIncluded(selection, isTrue) && !isRefused(selection));
      return { ...set, selections: kept.length === 0 ? placeholder : kept };
    },
    Directive: ({ name }) => (isCondition(name.value) ? null : undefined),
  });
