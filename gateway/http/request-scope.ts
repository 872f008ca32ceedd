/** What an operation takes over from its HTTP request: whether the client is still there, its trace, and `?explain`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OperationContext } from '../supergraph/operation-context.ts';

/** As W3C Trace Context has it: version, trace, parent, flags. */
const traceParent = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(-[!-~]*)?$/;
/** Of the state that vendors add; longer ones may be dropped. */
const longestState = 512;

const traceHeaders = ({ headers }: IncomingMessage): readonly string[] => {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string' || !traceParent.test(traceparent)) return [];
  const hasState = typeof tracestate === 'string' && tracestate.length <= longestState;
  return ['traceparent', traceparent, ...(hasState ? ['tracestate', tracestate] : [])];
};

export const scopeOf = (
  request: IncomingMessage,
  response: ServerResponse,
): Pick<OperationContext, 'signal' | 'forwardedHeaders' | 'wantsExplanation'> => {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const wantsExplanation = /[?&]explain(?=[&=]|$)/.test(request.url ?? '');
  return { signal: gone.signal, forwardedHeaders: traceHeaders(request), wantsExplanation };
};
