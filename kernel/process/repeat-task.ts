/**
 * Repeats a task of the background, such as a sweep. Invariants: a pass never begins while the one before runs, however
 * long that takes, and none waits for its end; a fault ends its pass and not the repetition; closing waits for the pass
 * that runs.
 */
export interface RepeatedTask {
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  readonly onFault: (fault: unknown) => void;
  /** Whether the first pass begins at once. Default: after `everyMs`. */
  readonly isDueAtOnce?: boolean;
}

export const repeatTask = ({ everyMs, run, onFault, isDueAtOnce = false }: RepeatedTask): AsyncDisposable => {
  let running: Promise<void> | undefined;
  const pass = (): void => {
    running ??= run()
      .then(() => undefined, onFault)
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(pass, everyMs);
  timer.unref();
  if (isDueAtOnce) pass();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
};
