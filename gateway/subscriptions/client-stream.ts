/**
 * Port: one subscription as its client sees it, over any transport. Adapters: socket-stream.ts (graphql-ws) and
 * http-stream.ts (server-sent events, multipart). Bounded: while more than `highWaterBytes` wait for the client an
 * event is refused, and `drained` resolves when the client has caught up.
 */
import type { GraphQLFormattedError } from 'graphql';

export interface ClientStream {
  /**
   * Sends one execution result. Returns false, and sends nothing, while the client is behind.
   * @param cursor with which the client can resume after it; undefined when its field cannot be resumed.
   */
  next(payload: Buffer, cursor: string | undefined): boolean;
  /** Sends the errors and ends the stream, in a way that the client cannot mistake for a completion. */
  error(errors: readonly GraphQLFormattedError[]): void;
  /** Ends the stream as complete. */
  complete(): void;
  /** Resolves when the client is no longer behind, or is gone. */
  drained(): Promise<void>;
}

/** Bytes waiting on one connection above which its streams stop. They resume below half of it. */
export const highWaterBytes = 1024 * 1024;
