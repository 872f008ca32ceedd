/**
 * The one result of a query or mutation over a socket, as the iterator that graphql-ws waits on: for a plain promise it
 * has no way to say that the client left. Leaving aborts the operation and ends the iterator in the same tick, so that
 * nothing is sent under an id that the client may use again.
 */
import {
  createReturnableIterator,
  iterationEnd,
  type ReturnableIterator,
} from '#kernel/iteration/returnable-iterator.ts';

/** @param run executes the operation, once it is first asked for. */
export const createSocketAnswer = <Result>(
  run: (signal: AbortSignal) => Promise<Result>,
): ReturnableIterator<Result> => {
  const left = new AbortController();
  const gone = Promise.withResolvers<IteratorReturnResult<undefined>>();
  let isAsked = false;
  const leave = (): void => {
    left.abort();
    gone.resolve(iterationEnd);
  };
  const answer = async (): Promise<IteratorYieldResult<Result>> => ({ done: false, value: await run(left.signal) });
  const next = (): Promise<IteratorResult<Result, undefined>> => {
    if (isAsked || left.signal.aborted) return Promise.resolve(iterationEnd);
    isAsked = true;
    return Promise.race([gone.promise, answer()]);
  };
  return createReturnableIterator(next, leave);
};
