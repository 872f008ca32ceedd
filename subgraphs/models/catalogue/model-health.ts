/**
 * The health of a model from how its recent generations ended, and the circuit that keeps messages from one that fails.
 * CLOSED: routed to. OPEN: not routed to. HALF_OPEN: tried after every healthy model. The circuit trips when at least half of
 * the last attempts failed, and closes after successes in a row or when the failures are no longer recent.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import type { ErrorCode } from '#kernel/errors.ts';

export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface ModelHealth {
  readonly state: CircuitState;
  /** Attempts that the figures are of. */
  readonly samples: number;
  /** 0 to 1; undefined without samples, like the others. */
  readonly errorRate: number | undefined;
  readonly firstTokenP50Ms: number | undefined;
  readonly firstTokenP95Ms: number | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly queueWaitP50Ms: number | undefined;
}

export const unknownHealth: ModelHealth = {
  state: 'CLOSED',
  samples: 0,
  errorRate: undefined,
  firstTokenP50Ms: undefined,
  firstTokenP95Ms: undefined,
  tokensPerSecond: undefined,
  queueWaitP50Ms: undefined,
};

/** Failures that speak against a model; the others speak against the request or against us. */
export const failuresOfModels: ReadonlySet<string> = new Set<ErrorCode>([
  'MODEL_UNAVAILABLE',
  'MODEL_TIMEOUT',
  'MODEL_ERROR',
]);

/** Published with `{ modelId }` after a model's circuit changed. */
export const healthChangedTopic = 'models.health.changed';

/** Minutes that an outcome counts. */
const windowMinutes = 5;
/** Attempts, newest first, that the circuit looks at. */
const circuitAttempts = 20;
/** Fewer attempts say nothing. */
const leastAttempts = 5;
const tripErrorRate = 0.5;
/** Successes in a row that close the circuit. */
const closeAfterSuccesses = 3;
/** Milliseconds after the last failure in which an open circuit lets nothing through. */
export const circuitCooldownMs = 30_000;

export interface CircuitFigures {
  readonly attempts: number;
  readonly failures: number;
  readonly successesSinceFailure: number;
  /** Undefined without a failure. */
  readonly msSinceFailure: number | undefined;
}

export const circuitState = (figures: CircuitFigures): CircuitState => {
  const { attempts, failures, successesSinceFailure, msSinceFailure } = figures;
  if (attempts < leastAttempts || failures / attempts < tripErrorRate) return 'CLOSED';
  if (successesSinceFailure >= closeAfterSuccesses) return 'CLOSED';
  return (msSinceFailure ?? 0) < circuitCooldownMs ? 'OPEN' : 'HALF_OPEN';
};

const figure = z.coerce.number();
const optionalFigure = z.preprocess((value) => value ?? undefined, figure.optional());
const rowsSchema = z.array(
  z.object({
    model_id: z.string(),
    samples: figure,
    all_failures: figure,
    attempts: figure,
    failures: figure,
    successes_since_failure: figure,
    ms_since_failure: optionalFigure,
    first_token_p50: optionalFigure,
    first_token_p95: optionalFigure,
    tokens_per_second: optionalFigure,
    queue_wait_p50: optionalFigure,
  }),
);

const healthSql = `
  with recent as (
    select *,
      row_number() over (partition by model_id order by finished_at desc) <= ${circuitAttempts} as counts,
      max(finished_at) filter (where failed) over (partition by model_id) as last_failure
    from models.generation_outcomes
    where finished_at > now() - interval '${windowMinutes} minutes'
  )
  select model_id,
    count(*) as samples,
    count(*) filter (where failed) as all_failures,
    count(*) filter (where counts) as attempts,
    count(*) filter (where counts and failed) as failures,
    count(*) filter (where finished_at > last_failure) as successes_since_failure,
    extract(epoch from now() - max(last_failure)) * 1000 as ms_since_failure,
    percentile_cont(0.5) within group (order by first_token_ms) as first_token_p50,
    percentile_cont(0.95) within group (order by first_token_ms) as first_token_p95,
    sum(output_tokens) filter (where not failed) * 1000 /
      nullif(sum(greatest(duration_ms - first_token_ms, 1)) filter (where not failed), 0) as tokens_per_second,
    percentile_cont(0.5) within group (order by queue_wait_ms) as queue_wait_p50
  from recent group by model_id`;

/** Model id -> health; models without a recent outcome are absent. */
export const readHealth = async (em: EntityManager): Promise<Map<string, ModelHealth>> => {
  const rows = rowsSchema.parse(await em.execute(healthSql));
  return new Map(
    rows.map((row) => [
      row.model_id,
      {
        state: circuitState({
          attempts: row.attempts,
          failures: row.failures,
          successesSinceFailure: row.successes_since_failure,
          msSinceFailure: row.ms_since_failure,
        }),
        samples: row.samples,
        errorRate: row.all_failures / row.samples,
        firstTokenP50Ms: row.first_token_p50,
        firstTokenP95Ms: row.first_token_p95,
        tokensPerSecond: row.tokens_per_second,
        queueWaitP50Ms: row.queue_wait_p50,
      },
    ]),
  );
};
