/**
 * The views of a reply up to its end, and after that its usage. Leaving the iteration, or aborting its signal, ends the
 * subscription.
 */
import { pause } from './backoff.ts';
import { type FollowServices, followToEnd } from './follow-to-end.ts';
import { MessageUsageDocument } from './generated/graphql.ts';
import { createLatestView } from './latest-view.ts';
import type { MessageStart, MessageView } from './message-view.ts';
import { createReconciler } from './reconciler.ts';

export interface FollowOptions extends MessageStart {
  /** Ends the iteration; the reply goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the message may not exist yet because it is still being sent. */
  readonly isBeingSent?: (() => boolean) | undefined;
}

/** Milliseconds before each query for the usage after the end. */
const usageQueryDelaysMs: readonly number[] = [50, 150, 400, 800, 1200];

export const followMessage = (
  services: FollowServices,
  { signal, isBeingSent, ...start }: FollowOptions,
): AsyncIterableIterator<MessageView, undefined, undefined> => {
  const { messageId } = start;
  const reconciler = createReconciler(start);
  const leaving = new AbortController();
  const latest = createLatestView(() => leaving.abort());
  const leave = (): void => leaving.abort();
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });

  const queryUsage = async (): Promise<void> => {
    for (const ms of usageQueryDelaysMs) {
      await pause(ms, leaving.signal);
      if (leaving.signal.aborted) return;
      const usage = await services.requests.query(MessageUsageDocument, { messageId }).then(
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
      await followToEnd(services, {
        messageId,
        reconciler,
        onView: latest.put,
        isBeingSent,
        leaving: leaving.signal,
      });
      if (!leaving.signal.aborted) await queryUsage();
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
