/**
 * Port: carries one subscription until it ends. Adapters: socket-transport.ts (WebSocket), sse-transport.ts
 * (server-sent events) and fallback-transport.ts, which chooses between them. An adapter never retries: it reports the
 * end, and its caller subscribes again after its last event.
 */
import type { GivenError } from '../errors.ts';

export interface StreamRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /**
   * Its events are hints to read again, so an adapter may deliver none and `complete` after a while. Its caller then
   * subscribes and reads again. Default: false.
   */
  readonly isHint?: boolean | undefined;
}

/** `Data` is the type of the request's query. */
export interface StreamResult<Data> {
  readonly data?: Data | null | undefined;
  readonly errors?: readonly GivenError[] | undefined;
}

/** Exactly one of `refused`, `complete` and `lost` ends it. */
export interface StreamSink<Data> {
  /** The connection is established. */
  reached?(): void;
  next(result: StreamResult<Data>): void;
  /** The server gives the reason for which it does not go on. */
  refused(error: GivenError): void;
  complete(): void;
  /**
   * The connection broke, or was not established.
   * @param reached whether the server had responded on it.
   */
  lost(cause: unknown, reached: boolean): void;
}

export interface StreamTransport {
  /** Returns a function that leaves; after that the sink is not called any more. */
  open<Data>(request: StreamRequest, sink: StreamSink<Data>): () => void;
  /** Gives up connections that show a former sign-in. Their subscriptions are `lost`. */
  reconnect(): void;
  close(): void;
}

export const withoutReason: GivenError = { message: 'The server gave no reason.' };

export const isSignInFault = ({ extensions }: GivenError): boolean => extensions?.['code'] === 'UNAUTHENTICATED';
