/**
 * A source stream that can be ended from outside by a fault, also while it waits. Invariants: a fault, from outside or
 * thrown by the source, is one last result with the error; the source is returned in the same tick; nothing comes after
 * that result.
 */
import { type ExecutionResult, GraphQLError } from 'graphql';

type Step = IteratorResult<ExecutionResult, void>;

export interface EndableStream extends AsyncGenerator<ExecutionResult, void, void> {
  /** Harmless when it has ended. */
  fail(cause: unknown): void;
}

/** A fault of a source as its subscription's last result; it is masked when it is sent. */
export const toErrorResult = (cause: unknown): ExecutionResult => {
  const originalError = cause instanceof Error ? cause : new Error(String(cause));
  return { errors: [cause instanceof GraphQLError ? cause : new GraphQLError('', { originalError })] };
};

/** @param onEnd called once. */
export const createEndableStream = (
  source: AsyncGenerator<ExecutionResult, void, void>,
  onEnd: () => void,
): EndableStream => {
  const done: Step = { done: true, value: undefined };
  let ended = false;
  /** Ended from outside while nobody waited. */
  let untold: ExecutionResult | undefined;
  let waiting: ((step: Step) => void) | undefined;

  const end = (): void => {
    if (!ended) onEnd();
    ended = true;
  };
  const answer = (step: Step): void => {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(step);
  };
  const pull = async (): Promise<void> => {
    try {
      const step = await source.next();
      if (ended) return;
      if (step.done) end();
      answer(step);
    } catch (cause) {
      if (ended) return;
      end();
      answer({ done: false, value: toErrorResult(cause) });
    }
  };

  const stream: EndableStream = {
    next() {
      if (untold) {
        const value = untold;
        untold = undefined;
        return Promise.resolve({ done: false, value });
      }
      if (ended) return Promise.resolve(done);
      const { promise, resolve } = Promise.withResolvers<Step>();
      waiting = resolve;
      void pull();
      return promise;
    },
    async return() {
      untold = undefined;
      end();
      answer(done);
      await source.return(undefined);
      return done;
    },
    throw: () => stream.return(undefined),
    fail(cause) {
      if (ended) return;
      end();
      const value = toErrorResult(cause);
      if (waiting) answer({ done: false, value });
      else untold = value;
      // What a source that is not wanted any more says to that is of no interest.
      source.return(undefined).catch(() => undefined);
    },
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: async () => {
      await stream.return(undefined);
    },
  };
  return stream;
};
