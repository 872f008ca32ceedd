/**
 * Sends a message and follows its reply in one flight: the id of the reply is made here, so that the stream opens in
 * parallel with the mutation. Retries keep the idempotency key, so a message is sent once, however many attempts there
 * are.
 */
import type { Backoff } from './backoff.ts';
import { followMessage } from './follow-message.ts';
import type { FollowServices } from './follow-to-end.ts';
import { SendMessageDocument, type SendMessageInput, type SendMessageMutation } from './generated/graphql.ts';
import { createId } from './ids.ts';
import type { MessageView } from './message-view.ts';
import { retryWhileTransient } from './requests.ts';
import { stopGeneration } from './stop-generation.ts';

/** As the API takes it; omitted keys and ids are generated. */
export type SendOptions = Omit<SendMessageInput, 'idempotencyKey' | 'replyId'> & {
  readonly idempotencyKey?: string;
  readonly replyId?: string;
  /** Ends the iteration; the message is sent nevertheless. */
  readonly signal?: AbortSignal;
};

export type Turn = SendMessageMutation['sendMessage'];

/** The question as it can be shown before the server has it. Its id comes with `turn`. */
export interface OptimisticMessage {
  /** Identifies the question until then. */
  readonly idempotencyKey: string;
  readonly role: 'USER';
  readonly content: string;
  readonly conversationId: string;
  readonly createdAt: string;
}

/** Iterate it for the reply; it can be iterated once. */
export interface SentMessage extends AsyncIterable<MessageView> {
  /** Id of the reply. */
  readonly messageId: string;
  readonly userMessage: OptimisticMessage;
  /** The turn that the server stored. Rejects with the ParlanceError of a refusal, as the iteration then does. */
  readonly turn: Promise<Turn>;
  /** Stops the reply; its text so far is kept. */
  stop(): Promise<void>;
}

/** Milliseconds for which a send is retried while the server cannot be reached. */
const giveUpAfterMs = 120_000;

export const sendMessage = (
  services: FollowServices & { readonly backoff: Backoff },
  options: SendOptions,
): SentMessage => {
  const { signal, idempotencyKey = createId(), replyId = createId(), ...given } = options;
  const input: SendMessageInput = { ...given, idempotencyKey, replyId };
  const refused = new AbortController();
  let isBeingSent = true;

  const turn = retryWhileTransient(
    async () => (await services.requests.mutate(SendMessageDocument, { input })).sendMessage,
    {
      backoff: services.backoff,
      giveUpAfterMs,
    },
  );
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
    userMessage: {
      idempotencyKey,
      role: 'USER',
      content: given.content,
      conversationId: given.conversationId,
      createdAt: new Date().toISOString(),
    },
    turn,
    async stop() {
      await settled;
      if (!refused.signal.aborted) await stopGeneration(services, replyId);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
};
