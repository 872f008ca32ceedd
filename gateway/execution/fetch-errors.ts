/**
 * Converts the errors of one fetch to errors of the client's operation, with the client's paths and the subgraph's
 * name.
 */
import type { ResponsePath } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { SubgraphError } from '../upstream/subgraph-response.ts';
import { pathBeforeLists, pathsAt, type ResultPath } from './entity-paths.ts';
import type { Execution } from './execution.ts';
import { clientKeyOf } from './planned-keys.ts';
import type { ResponseTree } from './response-tree.ts';

const marked = (error: SubgraphError, subgraph: string, path: ResultPath): GraphQLError =>
  new GraphQLError(error.message, {
    ...(path.length === 0 ? {} : { path: path.map(clientKeyOf) }),
    extensions: { ...error.extensions, serviceName: subgraph },
  });

/** For a fetch that is not for entities: its paths continue from where the fetch was made. */
export const addErrors = (
  execution: Execution,
  subgraph: string,
  base: ResponsePath,
  errors: readonly SubgraphError[],
): void => {
  execution.isWhole = false;
  for (const error of errors) {
    execution.errors.push(marked(error, subgraph, [...pathBeforeLists(base), ...(error.path ?? [])]));
  }
};

export interface EntityFetch {
  readonly subgraph: string;
  /** The path of the fetch's target objects. */
  readonly base: ResponsePath;
  /** The objects that each representation of the fetch stands for. */
  readonly groups: readonly (readonly ResponseTree[])[];
}

export const addEntityErrors = (
  execution: Execution,
  { subgraph, base, groups }: EntityFetch,
  errors: readonly SubgraphError[],
): void => {
  execution.isWhole = false;
  const paths = pathsAt(execution.root, base);
  for (const error of errors) {
    const [, position, ...rest] = error.path ?? [];
    const group = typeof position === 'number' ? groups[position] : undefined;
    const found = (group ?? []).flatMap((entity) => paths.get(entity) ?? []).length > 0;
    if (!group || !found) {
      execution.errors.push(marked(error, subgraph, pathBeforeLists(base)));
      continue;
    }
    for (const entity of group) {
      const path = paths.get(entity);
      if (path) execution.errors.push(marked(error, subgraph, [...path, ...rest]));
    }
  }
};

/** For a fetch that failed as a whole. */
export const addFault = (execution: Execution, subgraph: string, base: ResponsePath, fault: unknown): void => {
  execution.isWhole = false;
  const path = pathBeforeLists(base).map(clientKeyOf);
  execution.errors.push(
    new GraphQLError(fault instanceof AppError ? fault.message : 'a fetch failed', {
      ...(path.length === 0 ? {} : { path: path }),
      originalError: fault instanceof Error ? fault : new Error(String(fault)),
      extensions: { ...(fault instanceof AppError ? errorExtensions(fault) : {}), serviceName: subgraph },
    }),
  );
};
