/**
 * Starts a turn and follows its reply in one flight: the id of the reply is made here, so that the stream opens in
 * parallel with the mutation. Retries keep the idempotency key, so a turn is started once, however many attempts there
 * are.
 */
import { createDeferred } from './deferred.ts';
import { followMessage } from './follow-message.ts';
import type { FollowServices } from './follow-to-end.ts';
import type { StartedTurnFragment } from './generated/graphql.ts';
import { createId } from './ids.ts';
import type { MessageView } from './message-view.ts';
import { retryWhileTransient } from './requests.ts';
import { stopGeneration } from './stop-generation.ts';

export type Turn = StartedTurnFragment;

/** What identifies a turn in all its attempts. */
export interface TurnIds {
  readonly idempotencyKey: string;
  readonly replyId: string;
}

/** As an application gives it; what is omitted is generated. */
export interface TurnOptions extends Partial<TurnIds> {
  /** Ends the iteration; the turn is started nevertheless. */
  readonly signal?: AbortSignal | undefined;
}

/** Iterate it for the reply; it can be iterated once. */
export interface StartedTurn extends AsyncIterable<MessageView> {
  /** Id of the reply. */
  readonly messageId: string;
  /** The turn that the server stored. Rejects with the ParlanceError of a refusal, as the iteration then does. */
  readonly turn: Promise<Turn>;
  /** Stops the reply; its text so far is kept. */
  stop(): Promise<void>;
}

/** Milliseconds for which a turn is retried while the server cannot be reached. */
const giveUpAfterMs = 120_000;

/** The ids that the application gave, or new ones. */
export const turnIds = ({ idempotencyKey = createId(), replyId = createId() }: Partial<TurnIds>): TurnIds => ({
  idempotencyKey,
  replyId,
});

/** @param start is repeated with the same ids while the server cannot be reached. */
export const startTurn = (
  services: FollowServices,
  { replyId }: TurnIds,
  signal: AbortSignal | undefined,
  start: () => Promise<Turn>,
): StartedTurn => {
  const refused = new AbortController();
  const { promise: begun, resolve: begin } = createDeferred<void>();
  let isBeingSent = true;
  const turn = retryWhileTransient(start, { backoff: services.backoff, giveUpAfterMs });
  const settled = turn.then(
    () => {
      isBeingSent = false;
    },
    () => {
      isBeingSent = false;
      refused.abort();
    },
  );
  const views = followMessage(services, {
    messageId: replyId,
    signal: signal ? AbortSignal.any([signal, refused.signal]) : refused.signal,
    isBeingSent: () => isBeingSent,
  });
  const iterator: AsyncIterator<MessageView, undefined, undefined> = {
    async next() {
      const step = await views.next();
      if (!step.done) begin();
      // The refusal explains more than the end of a stream that never started.
      if (step.done && refused.signal.aborted) await turn;
      return step;
    },
    return: async () => {
      await views.return?.();
      return { done: true, value: undefined };
    },
  };
  return {
    messageId: replyId,
    turn,
    async stop() {
      // A reply that is being streamed is stored, even if the response that says so is lost.
      await Promise.race([settled, begun]);
      if (!refused.signal.aborted) await stopGeneration(services, replyId);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
};
