/**
 * The rewrites of a plan. What a subgraph receives can differ from what the supergraph holds (an interface object's
 * `__typename`, an alias that avoids a conflict); the response is changed back.
 */
import type { FetchDataRewrite } from '@apollo/query-planner';
import { isTree, type ResponseTree, readOwn, writeOwn } from './response-tree.ts';
import type { PassesCondition } from './type-conditions.ts';

/** Changes a value in place. */
export type Rewrite = (value: unknown) => void;

const fragmentPrefix = '... on ';

const actionOf = (rewrite: FetchDataRewrite, key: string): ((tree: ResponseTree) => void) => {
  if (rewrite.kind === 'ValueSetter') {
    const value: unknown = rewrite.setValueTo;
    return (tree) => writeOwn(tree, key, value);
  }
  const { renameKeyTo } = rewrite;
  return (tree) => {
    const value = readOwn(tree, key);
    if (value === undefined) return;
    writeOwn(tree, renameKeyTo, value);
    writeOwn(tree, key, undefined);
  };
};

const step = (element: string, next: Rewrite, passes: PassesCondition): ((tree: ResponseTree) => void) => {
  if (!element.startsWith(fragmentPrefix)) return (tree) => next(readOwn(tree, element));
  const condition = element.slice(fragmentPrefix.length);
  return (tree) => {
    const typeName = readOwn(tree, '__typename');
    // The plan selects the type wherever it is in doubt. An object without one is the fetch's own target.
    if (typeof typeName !== 'string' || passes(typeName, condition)) next(tree);
  };
};

const everywhere = (act: (tree: ResponseTree) => void): Rewrite => {
  const visit: Rewrite = (value) => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (isTree(value)) act(value);
  };
  return visit;
};

const compileRewrite = (rewrite: FetchDataRewrite, passes: PassesCondition): Rewrite => {
  const key = rewrite.path.at(-1);
  if (key === undefined || key.startsWith(fragmentPrefix)) throw new Error(`a rewrite at ${rewrite.path.join('/')}`);
  let visit = everywhere(actionOf(rewrite, key));
  for (const element of rewrite.path.slice(0, -1).reverse()) visit = everywhere(step(element, visit, passes));
  return visit;
};

/** @returns undefined when there is nothing to rewrite. */
export const compileRewrites = (
  rewrites: readonly FetchDataRewrite[] | undefined,
  passes: PassesCondition,
): Rewrite | undefined => {
  if (!rewrites || rewrites.length === 0) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, passes));
  return (value) => {
    for (const rewrite of compiled) rewrite(value);
  };
};
