/**
 * Passes views to a reader that may be slower than they arrive. At most one view waits, into which later ones are
 * merged, so that memory is bounded and nothing is lost. Leaving the loop ends the source of the views at once.
 */
import { createDeferred } from './deferred.ts';
import { type MessageView, mergeViews } from './message-view.ts';

export interface LatestView {
  put(view: MessageView): void;
  /** Ends the views. An error is thrown to the reader once it has the waiting view. */
  end(error?: unknown): void;
  readonly views: AsyncIterableIterator<MessageView, undefined, undefined>;
}

type Step = IteratorResult<MessageView, undefined>;

/** @param onLeave called once when the reader leaves before the end. */
export const createLatestView = (onLeave: () => void): LatestView => {
  const done: Step = { done: true, value: undefined };
  let waiting: MessageView | undefined;
  let ended = false;
  let fault: { readonly error: unknown } | undefined;
  let reader: { resolve(step: Step): void; reject(error: unknown): void } | undefined;

  const serve = (): void => {
    if (!reader) return;
    const { resolve, reject } = reader;
    if (waiting) {
      const value = waiting;
      waiting = undefined;
      reader = undefined;
      resolve({ done: false, value });
    } else if (ended) {
      const failed = fault;
      fault = undefined;
      reader = undefined;
      if (failed) reject(failed.error);
      else resolve(done);
    }
  };
  const leave = (): void => {
    waiting = undefined;
    fault = undefined;
    if (!ended) onLeave();
    ended = true;
    serve();
  };

  const views: LatestView['views'] = {
    next() {
      const { promise, resolve, reject } = createDeferred<Step>();
      reader = { resolve, reject };
      serve();
      return promise;
    },
    async return() {
      leave();
      return done;
    },
    [Symbol.asyncIterator]: () => views,
  };
  return {
    put(view) {
      if (ended) return;
      waiting = waiting ? mergeViews(waiting, view) : view;
      serve();
    },
    end(error) {
      if (ended) return;
      ended = true;
      if (error !== undefined) fault = { error };
      serve();
    },
    views,
  };
};
