/**
 * A source stream that can be ended from outside by a fault, even while it waits. Invariants: a fault, from outside or
 * thrown by the source, becomes one last result with the error; the source is returned in the same tick; nothing
 * follows that result.
 */
import { type ExecutionResult, GraphQLError } from 'graphql';

type Step = IteratorResult<ExecutionResult, void>;

export interface EndableStream extends AsyncGenerator<ExecutionResult, void, void> {
  /** Harmless after the end. */
  fail(cause: unknown): void;
}

/** A source's fault as the last result of its subscription; it is masked when it is sent. */
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
  /** The last result of a stream that was ended from outside while nobody waited. */
  let lastResult: ExecutionResult | undefined;
  let waiting: ((step: Step) => void) | undefined;

  const end = (): void => {
    if (!ended) onEnd();
    ended = true;
  };
  const resolveNext = (step: Step): void => {
    const resolve = waiting;
    waiting = undefined;
    resolve?.(step);
  };
  const pull = async (): Promise<void> => {
    try {
      const step = await source.next();
      if (ended) return;
      if (step.done) end();
      resolveNext(step);
    } catch (cause) {
      if (ended) return;
      end();
      resolveNext({ done: false, value: toErrorResult(cause) });
    }
  };

  const stream: EndableStream = {
    next() {
      if (lastResult) {
        const value = lastResult;
        lastResult = undefined;
        return Promise.resolve({ done: false, value });
      }
      if (ended) return Promise.resolve(done);
      const { promise, resolve } = Promise.withResolvers<Step>();
      waiting = resolve;
      void pull();
      return promise;
    },
    async return() {
      lastResult = undefined;
      end();
      resolveNext(done);
      await source.return(undefined);
      return done;
    },
    throw: () => stream.return(undefined),
    fail(cause) {
      if (ended) return;
      end();
      const value = toErrorResult(cause);
      if (waiting) resolveNext({ done: false, value });
      else lastResult = value;
      // The response of an unwanted source to that is of no interest.
      source.return(undefined).catch(() => undefined);
    },
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: async () => {
      await stream.return(undefined);
    },
  };
  return stream;
};
