/**
 * Asks again until the reply is as wanted: for what arrives a moment after a stream has ended (the ledger, a title).
 */
/** Below the rate that the gateway grants a user: 20 operations a second. */
const pauseMs = 100;
const deadlineMs = 20_000;

export const until = async <Value>(ask: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value> => {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`never as wanted, last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};
