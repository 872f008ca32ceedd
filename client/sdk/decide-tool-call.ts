/** Allows or denies a call of a tool. Retried until it is recorded: the same decision twice does no harm. */
import type { FollowServices } from './follow-to-end.ts';
import { DecideToolCallDocument } from './generated/graphql.ts';
import { retryWhileTransient } from './requests.ts';

const giveUpAfterMs = 30_000;
/** Milliseconds for one request: who decides waits for what follows. */
const timeoutMs = 10_000;

export interface ToolDecisionInput {
  /** The reply. */
  readonly messageId: string;
  /** A call of it, with status AWAITING_APPROVAL. */
  readonly toolCallId: string;
  /** Whether the tool is called. */
  readonly approve: boolean;
}

export const decideToolCall = async (
  { requests, backoff }: Pick<FollowServices, 'requests' | 'backoff'>,
  { messageId, toolCallId, approve }: ToolDecisionInput,
): Promise<void> => {
  const variables = { messageId, toolCallId, approve };
  await retryWhileTransient(() => requests.mutate(DecideToolCallDocument, variables, timeoutMs), {
    backoff,
    giveUpAfterMs,
  });
};
