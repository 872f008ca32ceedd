/**
 * Port: one subscription as its client sees it, whichever way it is carried. Adapters: socket-stream.ts (graphql-ws)
 * and http-stream.ts (server-sent events, multipart). Bounded: beyond `highWaterBytes` that wait for the client an event
 * is refused, and `drained` tells when the client has caught up.
 */
import type { GraphQLFormattedError } from 'graphql';

export interface ClientStream {
  /**
   * Sends one execution result; false, and nothing is sent, while the client is behind.
   * @param cursor where the client can go on after it; undefined when its field cannot be resumed.
   */
  next(payload: Buffer, cursor: string | undefined): boolean;
  /** Tells the errors and ends; the client cannot take it for a completion. */
  error(errors: readonly GraphQLFormattedError[]): void;
  /** Ends as a stream ends that is told whole. */
  complete(): void;
  /** Resolves when the client is no longer behind, or is gone. */
  drained(): Promise<void>;
}

/** Bytes waiting on one connection beyond which its streams stop; they go on below half of it. */
export const highWaterBytes = 1024 * 1024;
