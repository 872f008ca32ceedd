/**
 * Where deferred fragments stand in an answer: at every object that the client was shown and whose type has them. What
 * a null took away has no parts any more.
 */
import type { AnswerPart } from './answer.ts';
import type { DeferredFragment } from './deferred-document.ts';
import type { Place } from './entity-places.ts';
import { isTree, readOwn } from './response-tree.ts';
import type { SelectionShape } from './selection-shapes.ts';

export interface FoundPart extends DeferredFragment, AnswerPart {}

/**
 * @param value of the merged tree
 * @param shown the same place of the answer
 */
export const partsOf = (
  selected: SelectionShape,
  value: unknown,
  shown: unknown,
  place: Place,
): readonly FoundPart[] => {
  if (Array.isArray(shown)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return shown.flatMap((item, index) => partsOf(selected, items[index], item, [...place, index]));
  }
  if (!isTree(shown) || !isTree(value)) return [];
  const typeName = value['__typename'];
  const shape = typeof typeName === 'string' ? selected.of(typeName) : selected.ofDeclared();
  if (!shape) return [];
  const own = shape.deferred.map(({ id, label, selected: inner }) => ({
    id,
    label,
    selected: inner,
    tree: value,
    place,
  }));
  const below = shape.fields.flatMap(({ key, treeKey, selected: inner }) =>
    inner ? partsOf(inner, readOwn(value, treeKey), readOwn(shown, key), [...place, key]) : [],
  );
  return [...own, ...below];
};
