/** Measures a fetch from a subgraph and wraps it in a span. It costs two comparisons while nothing is observed. */
import { AppError } from '#kernel/errors.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { fetchDuration } from '../observation/metrics.ts';

export const observedFetch = async <Response>(subgraph: string, fetch: () => Promise<Response>): Promise<Response> => {
  const observe = fetchDuration.start();
  try {
    const response = await inSpan(`fetch ${subgraph}`, { kind: 'client' }, fetch);
    observe({ subgraph, outcome: 'OK' });
    return response;
  } catch (fault) {
    observe({ subgraph, outcome: fault instanceof AppError ? fault.code : 'INTERNAL_SERVER_ERROR' });
    throw fault;
  }
};
