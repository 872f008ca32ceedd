/**
 * Resolves with the result of `work`, or rejects with `late()` when it takes longer than `ms`. The work itself goes on.
 */
export const withDeadline = async <Value>(work: Promise<Value>, ms: number, late: () => Error): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
};
