/** What an operation takes from its HTTP request: the client's presence, the trace, and `?explain`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientSignal, OperationContext } from '../authentication/operation-context.ts';

/** W3C Trace Context: version, trace, parent, flags. */
const traceParent = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(-[!-~]*)?$/;
/** Longest `tracestate`, which vendors extend. Longer values may be dropped. */
const longestState = 512;

const traceHeaders = ({ headers }: IncomingMessage): readonly string[] => {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string' || !traceParent.test(traceparent)) return [];
  const hasState = typeof tracestate === 'string' && tracestate.length <= longestState;
  return ['traceparent', traceparent, ...(hasState ? ['tracestate', tracestate] : [])];
};

const clientSignal = (response: ServerResponse): ClientSignal => {
  const listeners: (() => void)[] = [];
  let aborted = false;
  response.once('close', () => {
    if (response.writableFinished) return;
    aborted = true;
    for (const listener of listeners) listener();
  });
  return {
    get aborted() {
      return aborted;
    },
    addEventListener: (_, listener) => listeners.push(listener),
  };
};

export const scopeOf = (
  request: IncomingMessage,
  response: ServerResponse,
): Pick<OperationContext, 'signal' | 'forwardedHeaders' | 'wantsExplanation'> => ({
  signal: clientSignal(response),
  forwardedHeaders: traceHeaders(request),
  wantsExplanation: /[?&]explain(?=[&=]|$)/.test(request.url ?? ''),
});
