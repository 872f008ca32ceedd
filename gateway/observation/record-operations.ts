/**
 * Records how the operations of clients end: counts them by outcome, and logs one line for each. Queries and mutations
 * are recorded where their response is sent, subscriptions where they end, over any transport; an operation that is
 * refused before it is known is recorded as unknown. Invariant: a line holds ids, a name, a code and a duration, and
 * nothing that a client wrote besides the operation's name.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '#kernel/log.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { operationDuration, operationsEnded } from './metrics.ts';

type Coded = Pick<GraphQLFormattedError, 'extensions'>;

/** The code of the first error. Every error that clients see has one. */
export const codeOf = (errors: readonly Coded[] | undefined): string => {
  if (!errors || errors.length === 0) return 'OK';
  const code: unknown = errors[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
};

export interface EndedOperation {
  readonly type: string;
  readonly name?: string | undefined;
  /** As clients see them, so that their codes are the documented ones. */
  readonly errors?: readonly Coded[] | undefined;
  readonly context: Pick<OperationContext, 'user' | 'requestId' | 'startedAt'>;
}

/** Returns the code under which the operation was recorded. */
export type RecordOperation = (ended: EndedOperation) => string;

/** Characters of an operation's name in a log line. */
const longestName = 64;

export interface OperationRecorderOptions {
  readonly logger: Logger;
  /** Share of the successful operations that are logged, 0 to 1. Those that fail always are. */
  readonly logShare: number;
}

export const createOperationRecorder =
  ({ logger, logShare }: OperationRecorderOptions): RecordOperation =>
  ({ type, name, errors, context }) => {
    const code = codeOf(errors);
    operationsEnded.add({ type, code });
    if (code === 'OK' && logShare < 1 && Math.random() >= logShare) return code;
    const { user, requestId, startedAt } = context;
    const { tenantId, userId, apiKeyId } = user?.identity ?? {};
    logger.info(
      {
        requestId,
        tenantId,
        userId,
        apiKeyId,
        type,
        operation: name?.slice(0, longestName),
        code,
        durationMs: startedAt === undefined ? undefined : Math.round((performance.now() - startedAt) * 100) / 100,
      },
      'operation',
    );
    return code;
  };

export const createRecordingPlugin = (record: RecordOperation): ApolloServerPlugin<OperationContext> => ({
  async requestDidStart() {
    const observe = operationDuration.start();
    return {
      async willSendResponse({ operation, response, contextValue: context }) {
        const type = operation?.operation ?? 'unknown';
        observe({ type });
        const { body } = response;
        const { errors } = body.kind === 'single' ? body.singleResult : body.initialResult;
        record({ type, name: operation?.name?.value, errors, context });
      },
    };
  },
});
