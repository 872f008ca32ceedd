/**
 * Follows a reply to its end, across lost connections: subscribes again after the last event that it has, with backoff,
 * as often as necessary. It throws errors after which a reconnect cannot help: a message that does not exist, a sign-in
 * that is not renewed, an invalid request. Where the stream is gone it takes the stored message.
 */
import { type Backoff, pause, waitBefore } from './backoff.ts';
import { connectOnce, type Outcome } from './connect-once.ts';
import { isParlanceError, networkError, type ParlanceError, serverError } from './errors.ts';
import { MessageStateDocument, MessageStreamDocument, type MessageStreamSubscription } from './generated/graphql.ts';
import { isFinal, type MessageView } from './message-view.ts';
import type { Reconciler } from './reconciler.ts';
import { shouldReconnect, stableAfterMs } from './reconnect-policy.ts';
import type { Requests } from './requests.ts';
import type { StreamTransport } from './transports/transport.ts';

export interface FollowServices {
  readonly requests: Requests;
  readonly transport: StreamTransport;
  readonly backoff: Backoff;
  /** Whether there may be another credential after a refused one. */
  readonly isRenewable: boolean;
}

export interface FollowToEndOptions {
  readonly messageId: string;
  readonly reconciler: Reconciler;
  readonly onView: (view: MessageView) => void;
  /** Whether the message may not exist yet because it is still being sent. */
  readonly isBeingSent?: (() => boolean) | undefined;
  /** Aborted when the reader leaves. */
  readonly leaving: AbortSignal;
}

/** Resolves at the end of the reply, or when the reader has left. */
export const followToEnd = async (
  { requests, transport, backoff, isRenewable }: FollowServices,
  { messageId, reconciler, onView, isBeingSent, leaving }: FollowToEndOptions,
): Promise<void> => {
  let sawGap = false;
  const take = ({ messageStream }: MessageStreamSubscription): boolean => {
    const taken = reconciler.take(messageStream);
    sawGap = taken === 'gap';
    if (taken === undefined || taken === 'gap') return !sawGap;
    onView(taken);
    return !isFinal(taken.status);
  };
  const connect = (): Promise<Outcome> => {
    sawGap = false;
    const variables = { messageId, afterSeq: reconciler.view.seq };
    return connectOnce(transport, { query: MessageStreamDocument.toString(), variables }, take, leaving);
  };

  /** The stored message once it has ended; undefined while the reply is still being written. */
  const adoptState = async (): Promise<MessageView | undefined> => {
    const { message } = await requests.query(MessageStateDocument, { messageId });
    if (!message) throw serverError({ message: 'There is no such message.', extensions: { code: 'NOT_FOUND' } });
    return isFinal(message.status) ? reconciler.adopt(message) : undefined;
  };

  const canReconnect = (error: ParlanceError, failures: number): boolean =>
    shouldReconnect(error, failures, isRenewable) || (error.code === 'NOT_FOUND' && (isBeingSent?.() ?? false));

  let failures = 0;
  let seenAt = reconciler.view.seq;
  while (!leaving.aborted) {
    const connectedAt = Date.now();
    const outcome = await connect();
    if (outcome.kind === 'left' || (outcome.kind === 'enough' && !sawGap)) return;
    const hasProgressed = reconciler.view.seq > seenAt || Date.now() - connectedAt > stableAfterMs;
    failures = hasProgressed ? 1 : failures + 1;
    seenAt = reconciler.view.seq;
    let error = outcome.kind === 'failed' ? outcome.error : undefined;
    // The stream ended without a terminal event, or has nothing after this cursor: the stored message decides.
    if (outcome.kind === 'complete' || error?.code === 'BAD_USER_INPUT') {
      try {
        const ended = await adoptState();
        if (ended) {
          onView(ended);
          return;
        }
      } catch (fault) {
        error = isParlanceError(fault) ? fault : networkError(fault);
      }
    }
    if (error && !canReconnect(error, failures)) throw error;
    // A lost connection that is re-established at once is no interruption.
    if (failures > 1 || error?.code === 'SUBSCRIPTION_LOST') {
      onView({ ...reconciler.view, delta: '', isReset: false, isInterrupted: true });
    }
    if (!sawGap || failures > 1) {
      await pause(waitBefore(backoff, failures, error?.retryAfterMs), leaving);
    }
  }
};
