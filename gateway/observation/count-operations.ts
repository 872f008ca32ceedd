/**
 * Counts the operations of clients by outcome. Queries and mutations are counted where Apollo Server sends the
 * response, over any transport; an operation that is refused before it is known counts as unknown.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { OperationContext } from '../authentication/operation-context.ts';
import { operationDuration, operationsEnded } from './metrics.ts';

type Coded = Pick<GraphQLFormattedError, 'extensions'>;

/** The code of the first error. Every error that clients see has one. */
export const codeOf = (errors: readonly Coded[] | undefined): string => {
  if (!errors || errors.length === 0) return 'OK';
  const code: unknown = errors[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
};

/**
 * @param errors as clients see them, so that their codes are the documented ones.
 * @returns the code under which it was counted.
 */
export const countOperation = (type: string, errors?: readonly Coded[]): string => {
  const code = codeOf(errors);
  operationsEnded.add({ type, code });
  return code;
};

export const createCountingPlugin = (): ApolloServerPlugin<OperationContext> => ({
  async contextCreationDidFail({ error }) {
    countOperation('unknown', [error instanceof GraphQLError ? error : {}]);
  },
  async requestDidStart() {
    const observe = operationDuration.start();
    return {
      async willSendResponse({ operation, response }) {
        const type = operation?.operation ?? 'unknown';
        observe({ type });
        const { body } = response;
        countOperation(type, (body.kind === 'single' ? body.singleResult : body.initialResult).errors);
      },
    };
  },
});
