/**
 * An iterator that can be left while it waits. graphql-ws calls `return` on its iterators when the client completes the
 * operation or its socket closes. A blocked async generator cannot be returned, so this one is written by hand.
 */

export type ReturnableIterator<Item> = AsyncGenerator<Item, undefined, undefined>;

/** The last step. */
export const iterationEnd: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * @param next returns the next step; it has to resolve soon after `leave`.
 * @param leave called in the same tick, each time the iterator is returned, thrown into or disposed.
 */
export const createReturnableIterator = <Item>(
  next: () => Promise<IteratorResult<Item, undefined>>,
  leave: () => unknown,
): ReturnableIterator<Item> => {
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    await leave();
    return iterationEnd;
  };
  return {
    next,
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
};
