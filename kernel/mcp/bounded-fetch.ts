/**
 * The requests of one connection to an MCP server. Invariants: they go through the agent of tools, so to public
 * addresses only; all their responses together have at most `maxBytes`, compressed ones included, because none is asked
 * for compressed; none outlives the signal. The first fault is kept, because the protocol's library wraps it.
 */
import type { Dispatcher } from 'undici';

export class TooLongError extends Error {
  constructor() {
    super('The responses of the server are too long.');
  }
}

export interface BoundedFetchOptions {
  readonly dispatcher: Dispatcher;
  readonly maxBytes: number;
  /** Ends every request. */
  readonly signal: AbortSignal;
  /** Called when a response is cut off, which the protocol's library would try to resume. */
  onCut?(fault: unknown): void;
}

export interface BoundedFetch {
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** What failed first. */
  readonly fault: unknown;
}

/** A response with one of these has no body. */
const bodilessStatuses = new Set([101, 103, 204, 205, 304]);

export const createBoundedFetch = ({ dispatcher, maxBytes, signal, onCut }: BoundedFetchOptions): BoundedFetch => {
  let left = maxBytes;
  let fault: unknown;
  const fail = (cause: unknown): unknown => {
    fault ??= cause;
    return cause;
  };

  const streamOf = (body: Dispatcher.ResponseData['body']): ReadableStream<Uint8Array> => {
    const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
    return new ReadableStream({
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) {
            controller.close();
            return;
          }
          left -= value.length;
          if (left < 0) throw new TooLongError();
          controller.enqueue(value);
        } catch (cause) {
          body.destroy();
          controller.error(fail(cause));
          onCut?.(cause);
        }
      },
      cancel() {
        body.destroy();
      },
    });
  };

  return {
    get fault() {
      return fault;
    },
    async fetch(url, init = {}) {
      const { method = 'GET', body } = init;
      // Nothing is expected of the server but responses: a stream of its own would stay open for nothing.
      if (method === 'GET') return new Response(null, { status: 405 });
      try {
        const { origin, pathname, search } = new URL(url);
        const given = init.signal ?? undefined;
        const response = await dispatcher.request({
          origin,
          path: pathname + search,
          method: method === 'DELETE' ? 'DELETE' : 'POST',
          headers: { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' },
          ...(typeof body === 'string' ? { body } : {}),
          signal: given === undefined ? signal : AbortSignal.any([signal, given]),
        });
        const headers = new Headers();
        for (const [name, value] of Object.entries(response.headers)) {
          for (const one of value === undefined ? [] : [value].flat()) headers.append(name, one);
        }
        const { statusCode: status } = response;
        if (!bodilessStatuses.has(status)) return new Response(streamOf(response.body), { status, headers });
        response.body.destroy();
        return new Response(null, { status, headers });
      } catch (cause) {
        throw fail(cause);
      }
    },
  };
};
