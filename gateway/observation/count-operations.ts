/**
 * Counts the operations of clients, by what became of them. Queries and mutations are seen as Apollo Server sees them, over
 * whichever transport they came; what is refused before they are known is of an unknown type.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { operationDuration, operationsEnded } from '../metrics.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';

type Coded = Pick<GraphQLFormattedError, 'extensions'>;

/** The code of the first error; every error that clients see has one. */
export const codeOf = (errors: readonly Coded[] | undefined): string => {
  if (!errors || errors.length === 0) return 'OK';
  const code: unknown = errors[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
};

/**
 * @param errors as clients see them, so that their codes are those of the documents and no others.
 * @returns the code that it was counted under.
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
