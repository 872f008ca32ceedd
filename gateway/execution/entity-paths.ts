/**
 * Finds the objects at a path of a plan (`@` stands for every item of a list) and, for errors, the path of each object
 * in the result.
 */
import type { ResponsePath } from '@apollo/query-planner';
import { isTree, type ResponseTree, readOwn } from './response-tree.ts';

export type ResultPath = readonly (string | number)[];

const gather = (value: unknown, path: ResponsePath, depth: number, found: ResponseTree[]): void => {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    // Nested lists have one `@` for each level. A list where the plan expects none is still traversed.
    const next = path[depth] === '@' ? depth + 1 : depth;
    for (const item of value) gather(item, path, next, found);
    return;
  }
  if (!isTree(value)) return;
  const element = path[depth];
  if (element === undefined) found.push(value);
  else if (element !== '@') gather(readOwn(value, String(element)), path, depth + 1, found);
};

/** The objects at `path` below each of `from`. Nulls and values that are not objects are omitted. */
export const objectsAt = (from: readonly ResponseTree[], path: ResponsePath): readonly ResponseTree[] => {
  const found: ResponseTree[] = [];
  for (const tree of from) gather(tree, path, 0, found);
  return found;
};

/** Every object at `path`, with its path in the result. */
export const pathsAt = (root: ResponseTree, path: ResponsePath): ReadonlyMap<ResponseTree, ResultPath> => {
  const paths = new Map<ResponseTree, ResultPath>();
  const walk = (value: unknown, depth: number, found: ResultPath): void => {
    if (Array.isArray(value)) {
      const next = path[depth] === '@' ? depth + 1 : depth;
      for (const [index, item] of value.entries()) walk(item, next, [...found, index]);
    } else if (isTree(value)) {
      const element = path[depth];
      if (element === undefined) paths.set(value, found);
      else if (element !== '@') walk(readOwn(value, String(element)), depth + 1, [...found, String(element)]);
    }
  };
  walk(root, 0, []);
  return paths;
};

/** The path up to its first list, because positions in lists are unknown before the response. */
export const pathBeforeLists = (path: ResponsePath): ResultPath => {
  const list = path.indexOf('@');
  return list === -1 ? path : path.slice(0, list);
};
