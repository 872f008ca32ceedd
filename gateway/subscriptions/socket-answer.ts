/**
 * The one result of a query or mutation over a socket, as the iterator that graphql-ws waits on: for a plain promise it
 * has no way to say that the client left. Leaving aborts the operation and ends the iterator in the same tick, so that
 * nothing is sent under an id that the client may use again.
 */

type Done = IteratorReturnResult<undefined>;

/** graphql-ws calls `return` when the client completes the operation or its socket closes. */
export type SocketAnswer<Result> = AsyncIterableIterator<Result, undefined, undefined> & { return(): Promise<Done> };

/** @param run executes the operation, once it is first asked for. */
export const createSocketAnswer = <Result>(run: (signal: AbortSignal) => Promise<Result>): SocketAnswer<Result> => {
  const done: Done = { done: true, value: undefined };
  const left = new AbortController();
  const gone = Promise.withResolvers<Done>();
  let isAsked = false;
  const leave = async (): Promise<Done> => {
    left.abort();
    gone.resolve(done);
    return done;
  };
  const answer = async (): Promise<IteratorYieldResult<Result>> => ({ done: false, value: await run(left.signal) });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (isAsked || left.signal.aborted) return Promise.resolve(done);
      isAsked = true;
      return Promise.race([gone.promise, answer()]);
    },
    return: leave,
    throw: leave,
  };
};
