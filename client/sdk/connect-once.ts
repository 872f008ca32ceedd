/**
 * One subscription from its opening to its end, as a promise. However it settles, the subscription is ended at the
 * server.
 */
import { createDeferred } from './deferred.ts';
import { networkError, type ParlanceError, serverError } from './errors.ts';
import type { StreamRequest, StreamTransport } from './transports/transport.ts';

/**
 * How the subscription ended. `enough`: the taker wants no more data, or cannot use it; `left`: the signal was aborted.
 */
export type Outcome =
  | { readonly kind: 'enough' | 'complete' | 'left' }
  | { readonly kind: 'failed'; readonly error: ParlanceError };

/** @param take returns false when it wants no more. */
export const connectOnce = <Data>(
  transport: StreamTransport,
  request: StreamRequest,
  take: (data: Data) => boolean,
  leaving: AbortSignal,
): Promise<Outcome> => {
  const { promise, resolve } = createDeferred<Outcome>();
  const fail = (error: ParlanceError): void => resolve({ kind: 'failed', error });
  const disconnect = transport.open<Data>(request, {
    next({ data, errors }) {
      if (!data) fail(serverError(errors?.[0] ?? { message: 'The server sent an event without content.' }));
      else if (!take(data)) resolve({ kind: 'enough' });
    },
    refused: (error) => fail(serverError(error)),
    complete: () => resolve({ kind: 'complete' }),
    lost: (cause) => fail(networkError(cause)),
  });
  const stop = (): void => resolve({ kind: 'left' });
  leaving.addEventListener('abort', stop, { once: true });
  if (leaving.aborted) stop();
  return promise.finally(() => {
    leaving.removeEventListener('abort', stop);
    disconnect();
  });
};
