/** Decides which errors may name their subgraph: those for an administrator. */
import type { GraphQLError } from 'graphql';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';

const named = new WeakSet<object>();

/** Lets the mask name the subgraphs in these errors when the user is an administrator. */
export const nameSubgraphsFor = (
  user: AuthenticatedUser | undefined,
  errors: readonly GraphQLError[] | undefined,
): void => {
  if (!errors || !user?.identity.roles.includes('ADMIN')) return;
  for (const error of errors) named.add(error);
};

export const mayNameSubgraph = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && named.has(error);
