/**
 * Finds the fields that a part adds to what its client already has: nothing is delivered twice, and nothing delivered
 * is replaced.
 */
import type { ResultPath } from '../execution/entity-paths.ts';
import { isTree, type ResponseTree, readOwn, writeOwn } from '../execution/response-tree.ts';

/** New fields of one object, at a path below the object of the part. */
export interface UndeliveredFields {
  readonly subPath: ResultPath;
  readonly data: ResponseTree;
}

const objectAt = (data: unknown, path: ResultPath): unknown =>
  path.reduce<unknown>((value, element) => {
    if (Array.isArray(value)) return value[Number(element)];
    return isTree(value) ? readOwn(value, String(element)) : undefined;
  }, data);

const compare = (delivered: unknown, data: unknown, subPath: ResultPath): readonly UndeliveredFields[] => {
  if (Array.isArray(delivered) && Array.isArray(data)) {
    return data.flatMap((item, index) => compare(delivered[index], item, [...subPath, index]));
  }
  if (!isTree(delivered) || !isTree(data)) return [];
  const added: ResponseTree = {};
  const below: UndeliveredFields[] = [];
  for (const [key, value] of Object.entries(data)) {
    const known = readOwn(delivered, key);
    if (known === undefined) {
      writeOwn(added, key, value);
      writeOwn(delivered, key, value);
    } else {
      below.push(...compare(known, value, [...subPath, key]));
    }
  }
  return Object.keys(added).length > 0 || subPath.length === 0 ? [{ subPath, data: added }, ...below] : below;
};

/**
 * @param delivered all that the client has; the part's new fields are added to it.
 * @returns the object of the part first, even when it has no new fields.
 */
export const takeUndelivered = (
  delivered: ResponseTree,
  path: ResultPath,
  data: ResponseTree,
): readonly UndeliveredFields[] => compare(objectAt(delivered, path), data, []);
