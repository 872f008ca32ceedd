/**
 * The single result of a query or mutation over a socket, as the iterator that graphql-ws awaits, because graphql-ws
 * cannot cancel a plain promise when the client leaves. Leaving aborts the operation and ends the iterator in the same
 * tick, so that nothing is sent under an id that the client may reuse.
 */
import {
  createReturnableIterator,
  iterationEnd,
  type ReturnableIterator,
} from '#kernel/iteration/returnable-iterator.ts';

/** @param run executes the operation at the first call of `next`. */
export const createSocketResult = <Result>(
  run: (signal: AbortSignal) => Promise<Result>,
): ReturnableIterator<Result> => {
  const left = new AbortController();
  const gone = Promise.withResolvers<IteratorReturnResult<undefined>>();
  let isStarted = false;
  const leave = (): void => {
    left.abort();
    gone.resolve(iterationEnd);
  };
  const execute = async (): Promise<IteratorYieldResult<Result>> => ({ done: false, value: await run(left.signal) });
  const next = (): Promise<IteratorResult<Result, undefined>> => {
    if (isStarted || left.signal.aborted) return Promise.resolve(iterationEnd);
    isStarted = true;
    return Promise.race([gone.promise, execute()]);
  };
  return createReturnableIterator(next, leave);
};
