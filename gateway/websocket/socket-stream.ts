/**
 * A client's stream over graphql-transport-ws: writes frames to the client's socket, and is the iterator that
 * graphql-ws awaits, which never yields.
 */
import {
  createReturnableIterator,
  iterationEnd,
  type ReturnableIterator,
} from '#kernel/iteration/returnable-iterator.ts';
import type { ClientStream } from '../subscriptions/client-stream.ts';
import { nextPrefix } from './next-frame.ts';
import type { SocketOutput } from './socket-output.ts';

export interface SocketStream extends ClientStream {
  /** The iterator for graphql-ws. */
  readonly iterator: ReturnableIterator<never>;
}

export interface SocketStreamOptions {
  readonly output: SocketOutput;
  /** Those of the connection's context. graphql-ws sends no Complete for an id that is missing from it. */
  readonly subscriptions: Record<string, unknown>;
  readonly id: string;
  /** Called once, in the same tick, however the stream ends. */
  onEnd(): void;
}

export const createSocketStream = ({ output, subscriptions, id, onEnd }: SocketStreamOptions): SocketStream => {
  const prefix = nextPrefix(id);
  const finished = Promise.withResolvers<IteratorReturnResult<undefined>>();
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    onEnd();
    finished.resolve(iterationEnd);
  };

  return {
    iterator: createReturnableIterator<never>(() => finished.promise, end),
    next(payload) {
      if (ended || !output.isOpen) return true;
      if (output.isBehind) return false;
      output.next(prefix, payload);
      return true;
    },
    error(errors) {
      if (ended) return;
      void output.send(JSON.stringify({ id, type: 'error', payload: errors }));
      delete subscriptions[id];
      end();
    },
    complete: end,
    drained: output.drained,
  };
};
