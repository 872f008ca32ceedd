/**
 * The `fetch` of providers that a package of the AI SDK speaks to: over our connections, so that a request is observed
 * when it is sent, an abort closes its socket, and redirects and refusals follow the rules of all other requests
 * (provider-request.ts). Invariants: of one call to a model, a bounded number of requests is sent and a bounded number
 * of bytes read; a package gets a response only in bounded pieces, and only as fast as it reads.
 */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { PieceReader } from './piece-reader.ts';
import { requestProvider } from './provider-request.ts';

/** Bytes of all responses to one call. The longest reply has a few megabytes, with everything around each token. */
const mostBytes = 64 * 1024 * 1024;
/** Requests of one call: a package may continue a long reply with another request. */
const mostRequests = 8;

interface Budget {
  bytes: number;
  requests: number;
}

const streamPieces = (body: Readable, pieces: PieceReader, budget: Budget): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        for (;;) {
          const chunk = await chunks.next();
          if (chunk.done) {
            controller.close();
            return;
          }
          budget.bytes -= chunk.value.length;
          if (budget.bytes < 0) {
            body.destroy();
            throw new SyntaxError(`The responses have more than ${mostBytes} bytes.`);
          }
          const read = pieces.read(chunk.value);
          // A copy: what is decompressed may lie in memory that is shared.
          for (const piece of read) controller.enqueue(new Uint8Array(piece));
          if (read.length > 0) return;
        }
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
};

const urlOf = (input: string | URL | Request): string => {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
};

/**
 * Rejects with an APICallError where the provider refuses.
 * @param createPieces for each response.
 */
export const createProviderFetch = (dispatcher: Dispatcher, createPieces: () => PieceReader): typeof fetch => {
  /** By the signal, which each call has of its own. */
  const budgets = new WeakMap<AbortSignal, Budget>();
  const budgetOf = (signal: AbortSignal | undefined): Budget => {
    const known = signal && budgets.get(signal);
    if (known !== undefined) return known;
    const budget = { bytes: mostBytes, requests: mostRequests };
    if (signal !== undefined) budgets.set(signal, budget);
    return budget;
  };
  return async (input, init = {}) => {
    const { headers, body, signal } = init;
    const budget = budgetOf(signal ?? undefined);
    budget.requests -= 1;
    if (budget.requests < 0) throw new SyntaxError(`The reply does not end within ${mostRequests} requests.`);
    const response = await requestProvider({
      url: urlOf(input),
      method: 'POST',
      headers: Object.fromEntries(new Headers(headers)),
      ...(typeof body === 'string' ? { body } : {}),
      signal: signal ?? undefined,
      dispatcher,
    });
    return new Response(streamPieces(response, createPieces(), budget));
  };
};
