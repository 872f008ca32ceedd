/** Stops an answer. Repeated until the wish is recorded: stopping twice, or too late, does no harm. */
import type { FollowServices } from './follow-message.ts';
import { StopGenerationDocument } from './generated/graphql.ts';
import { persistently } from './requests.ts';

const giveUpAfterMs = 30_000;

export const stopGeneration = async (
  { requests, backoff }: Pick<FollowServices, 'requests' | 'backoff'>,
  messageId: string,
): Promise<void> => {
  await persistently(() => requests.mutate(StopGenerationDocument, { messageId }), { backoff, giveUpAfterMs });
};
