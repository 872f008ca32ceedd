/**
 * The data of all subgraph responses so far, as one tree of JSON values that every fetch merges into. Invariants: no
 * object stands at two places of a tree, so a merge at one place never shows at another; and no key of a client or a
 * subgraph, `__proto__` included, reaches a prototype.
 */

export interface ResponseTree {
  [key: string]: unknown;
}

export const isTree = (value: unknown): value is ResponseTree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys that every object inherits, and that a plain read would find on its prototype. */
export const isInherited = (key: string): boolean => key in Object.prototype;

/** The value of the tree's own key, else undefined. */
export const readOwn = (tree: ResponseTree, key: string): unknown => (Object.hasOwn(tree, key) ? tree[key] : undefined);

export const writeOwn = (tree: ResponseTree, key: string, value: unknown): void => {
  if (key === '__proto__') {
    Object.defineProperty(tree, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    tree[key] = value;
  }
};

/** A copy that shares no object with the value. */
export const copyTree = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyTree);
  const copy: ResponseTree = { ...value };
  for (const key in copy) {
    const child = copy[key];
    if (typeof child === 'object' && child !== null) writeOwn(copy, key, copyTree(child));
  }
  return copy;
};

const mergeLists = (target: unknown[], source: readonly unknown[]): void => {
  for (let index = 0; index < source.length; index += 1) {
    target[index] = merged(target[index], source[index]);
  }
};

/** Merges two values of one place: objects, and lists of equal length, are merged; otherwise the later value wins. */
const merged = (target: unknown, source: unknown): unknown => {
  if (typeof source !== 'object' || source === null || typeof target !== 'object' || target === null) return source;
  if (Array.isArray(source)) {
    if (!Array.isArray(target) || target.length !== source.length) return source;
    mergeLists(target, source);
    return target;
  }
  if (!isTree(target) || !isTree(source)) return source;
  mergeInto(target, source);
  return target;
};

/** Merges `source`, which belongs to the tree from then on. */
export const mergeInto = (target: ResponseTree, source: ResponseTree): void => {
  // for-in is the fastest iteration over objects that JSON.parse made, and such objects inherit nothing that it would
  // visit.
  for (const key in source) {
    const value = source[key];
    if (value === undefined) continue;
    if (key === '__proto__') {
      const present = readOwn(target, key);
      writeOwn(target, key, present === undefined ? value : merged(present, value));
    } else {
      const present = target[key];
      target[key] = present === undefined ? value : merged(present, value);
    }
  }
};
