/** What a part adds to what its client was told already: nothing is told twice, and nothing that was told is replaced. */
import type { Place } from '../execution/entity-places.ts';
import { isTree, type ResponseTree, readOwn, writeOwn } from '../execution/response-tree.ts';

/** Fields for one object, below the object of the part. */
export interface UntoldFields {
  readonly subPath: Place;
  readonly data: ResponseTree;
}

const objectAt = (data: unknown, path: Place): unknown =>
  path.reduce<unknown>((value, element) => {
    if (Array.isArray(value)) return value[Number(element)];
    return isTree(value) ? readOwn(value, String(element)) : undefined;
  }, data);

const compare = (told: unknown, came: unknown, subPath: Place): readonly UntoldFields[] => {
  if (Array.isArray(told) && Array.isArray(came)) {
    return came.flatMap((item, index) => compare(told[index], item, [...subPath, index]));
  }
  if (!isTree(told) || !isTree(came)) return [];
  const data: ResponseTree = {};
  const below: UntoldFields[] = [];
  for (const [key, value] of Object.entries(came)) {
    const known = readOwn(told, key);
    if (known === undefined) {
      writeOwn(data, key, value);
      writeOwn(told, key, value);
    } else {
      below.push(...compare(known, value, [...subPath, key]));
    }
  }
  return Object.keys(data).length > 0 || subPath.length === 0 ? [{ subPath, data }, ...below] : below;
};

/**
 * @param told all that the client has; what the part adds becomes a part of it.
 * @returns the object of the part first, even when it gets nothing.
 */
export const untold = (told: ResponseTree, path: Place, came: ResponseTree): readonly UntoldFields[] =>
  compare(objectAt(told, path), came, []);
