/** A fetch from a subgraph, measured and in a span of its own, which goes with it: two comparisons while nobody watches. */
import { AppError } from '#kernel/errors.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { fetchDuration } from '../metrics.ts';

export const observedFetch = async <Answer>(subgraph: string, fetch: () => Promise<Answer>): Promise<Answer> => {
  const observe = fetchDuration.start();
  try {
    const answer = await inSpan(`fetch ${subgraph}`, { kind: 'client' }, fetch);
    observe({ subgraph, outcome: 'OK' });
    return answer;
  } catch (fault) {
    observe({ subgraph, outcome: fault instanceof AppError ? fault.code : 'INTERNAL_SERVER_ERROR' });
    throw fault;
  }
};
