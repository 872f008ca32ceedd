/**
 * Sends a message and follows its answer in one flight: the id of the answer is made here, so that the stream is opened
 * beside the mutation. The idempotency key is kept across retries, so a message is sent once however often it is tried.
 */
import type { Backoff } from './backoff.ts';
import { type FollowServices, followMessage } from './follow-message.ts';
import { SendMessageDocument, type SendMessageInput, type SendMessageMutation } from './generated/graphql.ts';
import { createId } from './ids.ts';
import type { MessageView } from './message-view.ts';
import { persistently } from './requests.ts';
import { stopGeneration } from './stop-generation.ts';

/** As the API takes it; keys and ids are made where they are left out. */
export type SendOptions = Omit<SendMessageInput, 'idempotencyKey' | 'replyId'> & {
  readonly idempotencyKey?: string;
  readonly replyId?: string;
  /** Ends the following; the message is sent nevertheless. */
  readonly signal?: AbortSignal;
};

export type Turn = SendMessageMutation['sendMessage'];

/** The question as it can be shown before the server has it. Its id comes with `turn`. */
export interface OptimisticMessage {
  /** Tells it from others until then. */
  readonly idempotencyKey: string;
  readonly role: 'USER';
  readonly content: string;
  readonly conversationId: string;
  readonly createdAt: string;
}

/** Iterate it for the answer; it can be iterated once. */
export interface SentMessage extends AsyncIterable<MessageView> {
  /** Id of the answer. */
  readonly messageId: string;
  readonly userMessage: OptimisticMessage;
  /** What the server stored; rejects with the ParlanceError when it is refused, as the iteration then does. */
  readonly turn: Promise<Turn>;
  /** Stops the answer; what was written stays. */
  stop(): Promise<void>;
}

/** Milliseconds for which a send is tried again while the server cannot be reached. */
const giveUpAfterMs = 120_000;

export const sendMessage = (
  services: FollowServices & { readonly backoff: Backoff },
  options: SendOptions,
): SentMessage => {
  const { signal, idempotencyKey = createId(), replyId = createId(), ...given } = options;
  const input: SendMessageInput = { ...given, idempotencyKey, replyId };
  const refused = new AbortController();
  let isOnItsWay = true;

  const turn = persistently(async () => (await services.requests.mutate(SendMessageDocument, { input })).sendMessage, {
    backoff: services.backoff,
    giveUpAfterMs,
  });
  const settled = turn.then(
    () => {
      isOnItsWay = false;
    },
    () => {
      isOnItsWay = false;
      refused.abort();
    },
  );
  const views = followMessage(services, {
    messageId: replyId,
    signal: signal ? AbortSignal.any([signal, refused.signal]) : refused.signal,
    isOnItsWay: () => isOnItsWay,
  });

  const iterator: AsyncIterator<MessageView, undefined, undefined> = {
    async next() {
      const step = await views.next();
      // The refusal says more than the end of a stream that never was.
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
