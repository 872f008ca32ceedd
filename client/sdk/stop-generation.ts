/** Stops a reply. Retried until the request is recorded: stopping twice, or too late, does no harm. */
import type { FollowServices } from './follow-to-end.ts';
import { StopGenerationDocument } from './generated/graphql.ts';
import { retryWhileTransient } from './requests.ts';

const giveUpAfterMs = 30_000;
/** Milliseconds for one request: who stops a reply watches it go on. */
const timeoutMs = 10_000;

export const stopGeneration = async (
  { requests, backoff }: Pick<FollowServices, 'requests' | 'backoff'>,
  messageId: string,
): Promise<void> => {
  await retryWhileTransient(() => requests.mutate(StopGenerationDocument, { messageId }, timeoutMs), {
    backoff,
    giveUpAfterMs,
  });
};
