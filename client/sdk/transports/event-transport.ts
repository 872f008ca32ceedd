/**
 * Port: carries one subscription until it ends. Adapters: socket-transport.ts, events-transport.ts (server-sent events)
 * and fallback-transport.ts, which chooses. An adapter never retries: it reports, and its caller asks again after what
 * it has.
 */
import type { GivenError } from '../errors.ts';

export interface StreamRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** `Data` is what the query of the request asks for. */
export interface StreamResult<Data> {
  readonly data?: Data | null | undefined;
  readonly errors?: readonly GivenError[] | undefined;
}

/** Exactly one of `refused`, `complete` and `lost` ends it. */
export interface StreamSink<Data> {
  next(result: StreamResult<Data>): void;
  /** The server says why it does not go on. */
  refused(error: GivenError): void;
  complete(): void;
  /**
   * The connection broke, or did not come about.
   * @param reached whether the server had answered on it.
   */
  lost(cause: unknown, reached: boolean): void;
}

export interface EventTransport {
  /** Returns how to leave; after that the sink hears nothing. */
  open<Data>(request: StreamRequest, sink: StreamSink<Data>): () => void;
  close(): void;
}

export const withoutReason: GivenError = { message: 'The server gave no reason.' };

export const isSignInFault = ({ extensions }: GivenError): boolean => extensions?.['code'] === 'UNAUTHENTICATED';
