/**
 * The connections to model providers: one undici agent. They stay open between generations, TCP_NODELAY is set, and an
 * aborted request closes its socket at once, which is how a provider notices that its reader has left. `observingSend`
 * reports when a request is sent, which is when a provider may begin to bill it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, type Dispatcher } from 'undici';

export interface ProviderConnections extends AsyncDisposable {
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
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
};
