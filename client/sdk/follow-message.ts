/**
 * Follows an answer to its end, through whatever happens to the connection: asks again after the last event that it
 * has, with backoff, as often as it takes. What it cannot heal it throws: a message that is not there, a sign-in that
 * nobody renews, a request that is not right. Where the stream is gone it takes the message as it is stored.
 */
import { type Backoff, pause, waitBefore } from './backoff.ts';
import { connectOnce, type Outcome } from './connect-once.ts';
import { isParlanceError, networkError, type ParlanceError, serverError } from './errors.ts';
import {
  MessageStateDocument,
  MessageStreamDocument,
  type MessageStreamSubscription,
  MessageUsageDocument,
} from './generated/graphql.ts';
import { isHealable, stableAfterMs } from './healing.ts';
import { createLatestView } from './latest-view.ts';
import { isFinal, type MessageStart, type MessageView } from './message-view.ts';
import { createReconciler } from './reconciler.ts';
import type { Requests } from './requests.ts';
import type { EventTransport } from './transports/event-transport.ts';

export interface FollowServices {
  readonly requests: Requests;
  readonly transport: EventTransport;
  readonly backoff: Backoff;
}

export interface FollowOptions extends MessageStart {
  /** Ends the following; the answer goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the message may not be there yet, because it is being sent. */
  readonly isOnItsWay?: (() => boolean) | undefined;
}

/** When to look for the usage after the end, in milliseconds from one look to the next. */
const usageLooksMs: readonly number[] = [50, 150, 400, 800, 1200];

export const followMessage = (
  { requests, transport, backoff }: FollowServices,
  { signal, isOnItsWay, ...start }: FollowOptions,
): AsyncIterableIterator<MessageView, undefined, undefined> => {
  const { messageId } = start;
  const reconciler = createReconciler(start);
  const leaving = new AbortController();
  const latest = createLatestView(() => leaving.abort());
  const leave = (): void => leaving.abort();
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });

  let sawGap = false;
  const take = ({ messageStream }: MessageStreamSubscription): boolean => {
    const taken = reconciler.take(messageStream);
    sawGap = taken === 'gap';
    if (taken === undefined || taken === 'gap') return !sawGap;
    latest.put(taken);
    return !isFinal(taken.status);
  };
  const connect = (): Promise<Outcome> => {
    sawGap = false;
    const variables = { messageId, afterSeq: reconciler.view.seq };
    return connectOnce(transport, { query: MessageStreamDocument.toString(), variables }, take, leaving.signal);
  };

  /** The end as it is stored; undefined while the answer is still written. */
  const adoptState = async (): Promise<MessageView | undefined> => {
    const { message } = await requests.query(MessageStateDocument, { messageId });
    if (!message) throw serverError({ message: 'There is no such message.', extensions: { code: 'NOT_FOUND' } });
    return isFinal(message.status) ? reconciler.adopt(message) : undefined;
  };

  const canHeal = (error: ParlanceError, failures: number): boolean =>
    isHealable(error, failures) || (error.code === 'NOT_FOUND' && (isOnItsWay?.() ?? false));

  const followToEnd = async (): Promise<void> => {
    let failures = 0;
    let seenAt = reconciler.view.seq;
    while (!leaving.signal.aborted) {
      const connectedAt = Date.now();
      const outcome = await connect();
      if (outcome.kind === 'left' || (outcome.kind === 'enough' && !sawGap)) return;
      const wasOfUse = reconciler.view.seq > seenAt || Date.now() - connectedAt > stableAfterMs;
      failures = wasOfUse ? 1 : failures + 1;
      seenAt = reconciler.view.seq;
      let error = outcome.kind === 'failed' ? outcome.error : undefined;
      // The stream ended without its end, or from here on it has nothing: the message itself tells.
      if (outcome.kind === 'complete' || error?.code === 'BAD_USER_INPUT') {
        try {
          const ended = await adoptState();
          if (ended) {
            latest.put(ended);
            return;
          }
        } catch (fault) {
          error = isParlanceError(fault) ? fault : networkError(fault);
        }
      }
      if (error && !canHeal(error, failures)) throw error;
      // A connection that is lost and stands again at once is no interruption.
      if (failures > 1 || error?.code === 'SUBSCRIPTION_LOST') {
        latest.put({ ...reconciler.view, delta: '', isReset: false, isInterrupted: true });
      }
      if (!sawGap || failures > 1) {
        await pause(waitBefore(backoff, failures, error?.retryAfterMs), leaving.signal);
      }
    }
  };

  const lookForUsage = async (): Promise<void> => {
    for (const ms of usageLooksMs) {
      await pause(ms, leaving.signal);
      if (leaving.signal.aborted) return;
      const usage = await requests.query(MessageUsageDocument, { messageId }).then(
        ({ message }) => message?.usage,
        () => undefined,
      );
      if (usage) {
        latest.put({ ...reconciler.view, delta: '', isReset: false, usage });
        return;
      }
    }
  };

  const run = async (): Promise<void> => {
    try {
      latest.put(reconciler.view);
      await followToEnd();
      if (!leaving.signal.aborted) await lookForUsage();
      latest.end();
    } catch (fault) {
      latest.end(fault);
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  };
  void run();
  return latest.views;
};
