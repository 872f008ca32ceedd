/**
 * Finds the deferred parts of a result: one for each object that the client received and whose type has a deferred
 * fragment. An object that a propagated null removed has no parts.
 */

import type { DeferredFragment } from '../documents/deferred-fragment.ts';
import type { ResultPath } from './entity-paths.ts';
import { isTree, readOwn } from './response-tree.ts';
import type { DeferredPart } from './result-builder.ts';
import type { SelectionShape } from './selection-shapes.ts';

export interface FoundPart extends DeferredFragment, DeferredPart {}

/**
 * @param value from the merged tree
 * @param shown the same position in the result
 */
export const partsOf = (
  selected: SelectionShape,
  value: unknown,
  shown: unknown,
  path: ResultPath,
): readonly FoundPart[] => {
  if (Array.isArray(shown)) {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return shown.flatMap((item, index) => partsOf(selected, items[index], item, [...path, index]));
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
    path,
  }));
  const below = shape.fields.flatMap(({ key, plannedKey, selected: inner }) =>
    inner ? partsOf(inner, readOwn(value, plannedKey), readOwn(shown, key), [...path, key]) : [],
  );
  return [...own, ...below];
};
