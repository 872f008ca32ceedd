/** Finds the objects at a path of a plan (`@` stands for every item of a list), and, for errors, where each of them is. */
import type { ResponsePath } from '@apollo/query-planner';
import { isTree, type ResponseTree, readOwn } from './response-tree.ts';

export type Place = readonly (string | number)[];

const gather = (value: unknown, path: ResponsePath, depth: number, found: ResponseTree[]): void => {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    // Lists of lists have one `@` for each level; a list where the plan knows of none is walked all the same.
    const next = path[depth] === '@' ? depth + 1 : depth;
    for (const item of value) gather(item, path, next, found);
    return;
  }
  if (!isTree(value)) return;
  const element = path[depth];
  if (element === undefined) found.push(value);
  else if (element !== '@') gather(readOwn(value, String(element)), path, depth + 1, found);
};

/** The objects at `path` below each of `from`; what is null or no object is left out. */
export const objectsAt = (from: readonly ResponseTree[], path: ResponsePath): readonly ResponseTree[] => {
  const found: ResponseTree[] = [];
  for (const tree of from) gather(tree, path, 0, found);
  return found;
};

/** Every object at `path`, with its place. */
export const placesAt = (root: ResponseTree, path: ResponsePath): ReadonlyMap<ResponseTree, Place> => {
  const places = new Map<ResponseTree, Place>();
  const walk = (value: unknown, depth: number, place: Place): void => {
    if (Array.isArray(value)) {
      const next = path[depth] === '@' ? depth + 1 : depth;
      for (const [index, item] of value.entries()) walk(item, next, [...place, index]);
    } else if (isTree(value)) {
      const element = path[depth];
      if (element === undefined) places.set(value, place);
      else if (element !== '@') walk(readOwn(value, String(element)), depth + 1, [...place, String(element)]);
    }
  };
  walk(root, 0, []);
  return places;
};

/** The path up to its first list: positions in lists are not known before the answer. */
export const knownPlace = (path: ResponsePath): Place => {
  const list = path.indexOf('@');
  return list === -1 ? path : path.slice(0, list);
};
