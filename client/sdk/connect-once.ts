/** One subscription from its opening to its end, as a promise. Whichever way it settles, the server is told to stop. */
import { createDeferred } from './deferred.ts';
import { networkError, type ParlanceError, serverError } from './errors.ts';
import type { EventTransport, StreamRequest } from './transports/event-transport.ts';

/** How it ended. `enough`: who takes the data has what it wants, or cannot use it; `left`: the signal was given. */
export type Outcome =
  | { readonly kind: 'enough' | 'complete' | 'left' }
  | { readonly kind: 'failed'; readonly error: ParlanceError };

/** @param take gives false when it wants no more. */
export const connectOnce = <Data>(
  transport: EventTransport,
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
