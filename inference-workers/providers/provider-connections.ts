/**
 * `fetch` for model providers, over one undici agent. Connections stay open between generations, TCP_NODELAY is set,
 * and an aborted request closes its socket at once, which is how a provider notices that its reader has left. It
 * supports what the provider packages send (an address, a text body, a signal) and nothing else. `observingSend`
 * reports when a request is sent, which is when a provider may begin to bill it. Bounded: a body that is not an event
 * stream, and one event of a stream, have at most `maxBytes`; beyond that the body ends with a fault.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, type Dispatcher } from 'undici';

export interface ProviderConnections extends AsyncDisposable {
  readonly fetch: typeof fetch;
  /** The same connections without fetch. */
  readonly dispatcher: Dispatcher;
}

/** Milliseconds for which an idle connection is kept: the usual 60 s of load balancers, less a margin. */
const keepAliveMs = 55_000;

const sending = new AsyncLocalStorage<() => void>();

/** @param onSent called when a request that `ask` makes is written to a connection, which it may have to wait for. */
export const observingSend = <Result>(onSent: () => void, ask: () => Result): Result => sending.run(onSent, ask);

const observeSend: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const onSent = sending.getStore();
  if (onSent === undefined) return dispatch(options, handler);
  return dispatch(options, {
    onRequestStart(...args) {
      onSent();
      handler.onRequestStart?.(...args);
    },
    onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  });
};

/** A list of models has a few thousand bytes for each of some hundred models, an event a few hundred. */
const maxBytes = 4 * 1024 * 1024;
const lineFeed = 0x0a;

const streamOf = (
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  isEventStream: boolean,
): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const chunks = body[Symbol.asyncIterator]();
  let unbroken = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const chunk = await chunks.next();
        if (chunk.done) {
          controller.close();
          return;
        }
        const end = isEventStream ? chunk.value.lastIndexOf(lineFeed) : -1;
        unbroken = end === -1 ? unbroken + chunk.value.length : chunk.value.length - end - 1;
        if (unbroken > maxBytes) {
          body.destroy();
          throw new Error(`A provider sent more than ${maxBytes} bytes in one piece.`);
        }
        controller.enqueue(new Uint8Array(chunk.value));
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 1 },
  );
};

/** @param connectTimeoutMs milliseconds until a connection, TLS included, must stand. */
export const openProviderConnections = (connectTimeoutMs: number): ProviderConnections => {
  const agent = new Agent({
    connect: { timeout: connectTimeoutMs, noDelay: true },
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    // The caller has its own timeouts for the first token and for stalls.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const dispatcher = agent.compose(observeSend);
  return {
    dispatcher,
    fetch: async (input, init) => {
      if (input instanceof Request) throw new TypeError('Pass an address, not a Request.');
      if (init?.body != null && typeof init.body !== 'string') throw new TypeError('Only text bodies are sent.');
      const url = new URL(input);
      try {
        const response = await dispatcher.request({
          origin: url.origin,
          path: url.pathname + url.search,
          method: init?.method === 'POST' ? 'POST' : 'GET',
          headers: Object.fromEntries(new Headers(init?.headers)),
          body: init?.body ?? null,
          signal: init?.signal ?? null,
        });
        const headers = new Headers();
        for (const [name, value] of Object.entries(response.headers)) {
          for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one);
        }
        const empty = response.statusCode === 204 || response.statusCode === 304;
        const isEventStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
        return new Response(empty ? null : streamOf(response.body, isEventStream), {
          status: response.statusCode,
          headers,
        });
      } catch (cause) {
        init?.signal?.throwIfAborted();
        // The provider packages recognise a fault of the connection by this message, which every fetch uses.
        throw new TypeError('fetch failed', { cause });
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
};
