/**
 * Follows replies while they are written, each once. Invariant: a view is applied at most once a frame, whatever the
 * speed of the stream; meanwhile the SDK merges those that follow, so that nothing is lost and one view waits at most.
 */
import { isParlanceError, type MessageView, type ParlanceError } from '@parlance/client';

export interface ReplyFollowersOptions {
  readonly onView: (view: MessageView) => void;
  /** The stream has ended, and its usage has arrived or will not arrive. */
  readonly onEnd: (messageId: string) => void;
  /** The stream cannot be followed any more. */
  readonly onFault: (messageId: string, error: ParlanceError) => void;
}

export interface ReplyFollowers {
  /**
   * @param open called unless the reply is being followed already; its views end when the signal is aborted.
   */
  follow(messageId: string, open: (signal: AbortSignal) => AsyncIterable<MessageView>): void;
  has(messageId: string): boolean;
  /** Leaves the replies for which this is true. */
  leave(isLeft: (messageId: string) => boolean): void;
}

/** Milliseconds that a page in the background waits, which gets no frames. */
const hiddenFrameMs = 100;

/** Resolves before the page is painted next; soon where there is no page, or nobody sees it. */
export const nextFrame = (): Promise<void> =>
  new Promise((resolve) => {
    if (!('requestAnimationFrame' in globalThis)) {
      setTimeout(resolve, 0);
      return;
    }
    const end = (): void => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      resolve();
    };
    const frame = requestAnimationFrame(end);
    const timer = setTimeout(end, hiddenFrameMs);
  });

export const createReplyFollowers = ({ onView, onEnd, onFault }: ReplyFollowersOptions): ReplyFollowers => {
  const followed = new Map<string, AbortController>();

  const run = async (messageId: string, views: AsyncIterable<MessageView>, signal: AbortSignal): Promise<void> => {
    for await (const view of views) {
      if (signal.aborted) return;
      onView(view);
      await nextFrame();
    }
    if (!signal.aborted) onEnd(messageId);
  };
  const forget = (messageId: string, mine: AbortController): boolean => {
    if (followed.get(messageId) !== mine) return false;
    followed.delete(messageId);
    return true;
  };
  return {
    follow(messageId, open) {
      if (followed.has(messageId)) return;
      const mine = new AbortController();
      followed.set(messageId, mine);
      run(messageId, open(mine.signal), mine.signal)
        .finally(() => forget(messageId, mine))
        .catch((fault: unknown) => {
          if (!isParlanceError(fault)) throw fault;
          if (!mine.signal.aborted) onFault(messageId, fault);
        });
    },
    has: (messageId) => followed.has(messageId),
    leave(isLeft) {
      for (const [messageId, leaving] of followed) {
        if (!isLeft(messageId)) continue;
        followed.delete(messageId);
        leaving.abort();
      }
    },
  };
};
