/**
 * Derives the health of a model from the outcomes of its recent generations: figures for people, and the states of its
 * circuits (circuit.ts). Bounded: only the own circuits of the tenants that failed last are kept, and any other tenant
 * is routed by the shared circuit.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import type { ModelFailure } from '#contracts/broker-events.ts';
import type { ErrorCode } from '#contracts/error-codes.ts';
import {
  attemptsOfOneTenant,
  type CircuitState,
  circuitAttempts,
  circuitState,
  closeAfterSuccesses,
  leastAttempts,
  sharedCircuitState,
} from './circuit.ts';

export interface ModelHealth {
  /** State of the circuit that all tenants share. */
  readonly state: CircuitState;
  /** The own circuits of tenants that are not CLOSED, by tenant. */
  readonly ownStates: ReadonlyMap<string, CircuitState>;
  /** Number of attempts behind the figures. */
  readonly samples: number;
  /** 0 to 1. Like the other figures, undefined without samples. */
  readonly errorRate: number | undefined;
  readonly firstTokenP50Ms: number | undefined;
  readonly firstTokenP95Ms: number | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly queueWaitP50Ms: number | undefined;
}

export const unknownHealth: ModelHealth = {
  state: 'CLOSED',
  ownStates: new Map(),
  samples: 0,
  errorRate: undefined,
  firstTokenP50Ms: undefined,
  firstTokenP95Ms: undefined,
  tokensPerSecond: undefined,
  queueWaitP50Ms: undefined,
};

/** The worse of the tenant's own circuit and the shared one. */
export const circuitFor = ({ state, ownStates }: ModelHealth, tenantId: string): CircuitState => {
  const own = ownStates.get(tenantId) ?? 'CLOSED';
  return own === 'OPEN' || state === 'CLOSED' ? own : state;
};

/** Codes that count as failures of the model when the worker names no origin. */
const modelFailureCodes: ReadonlySet<string> = new Set<ErrorCode>([
  'MODEL_UNAVAILABLE',
  'MODEL_TIMEOUT',
  'MODEL_ERROR',
]);

/** Whether a failure counts against the model, rather than against the request or this installation. */
export const isModelFailure = ({ code, origin }: Pick<ModelFailure, 'code' | 'origin'>): boolean =>
  origin === undefined ? modelFailureCodes.has(code) : origin === 'PROVIDER';

/** Published with `{ modelId }` when a model's circuit changes, and with the tenant if only its own one changed. */
export const healthChangedTopic = 'models.health.changed';
export const healthChangedSchema = z.object({ modelId: z.string(), tenantId: z.string().optional() });

/** Minutes during which an outcome counts. */
const windowMinutes = 5;
/** Most own circuits that are read. */
const maxOwnStates = 10_000;

const figure = z.coerce.number();
const optionalFigure = z.preprocess((value) => value ?? undefined, figure.optional());
const rowsSchema = z.array(
  z.object({
    model_id: z.string(),
    samples: figure,
    all_failures: figure,
    first_token_p50: optionalFigure,
    first_token_p95: optionalFigure,
    tokens_per_second: optionalFigure,
    queue_wait_p50: optionalFigure,
  }),
);

const windowSql = `finished_at > now() - interval '${windowMinutes} minutes'`;
const figuresSql = `
  select model_id,
    count(*) as samples,
    count(*) filter (where failed) as all_failures,
    percentile_cont(0.5) within group (order by first_token_ms) as first_token_p50,
    percentile_cont(0.95) within group (order by first_token_ms) as first_token_p95,
    sum(output_tokens) filter (where not failed) * 1000 /
      nullif(sum(greatest(duration_ms - first_token_ms, 1)) filter (where not failed), 0) as tokens_per_second,
    percentile_cont(0.5) within group (order by queue_wait_ms) as queue_wait_p50
  from models.generation_outcomes where ${windowSql} group by model_id`;

/** Attempts at models that had any failure, numbered within their tenant, newest first. */
const recentSql = `
  recent as (
    select model_id, tenant_id, failed, finished_at,
      row_number() over (partition by model_id, tenant_id order by finished_at desc) as nth_of_tenant,
      max(finished_at) filter (where failed) over (partition by model_id, tenant_id) as last_failure
    from models.generation_outcomes
    where ${windowSql} and model_id in (
      select model_id from models.generation_outcomes where failed and ${windowSql})
  )`;
const attemptsSql = `
  with ${recentSql}, counted as (
    select *, row_number() over (partition by model_id order by finished_at desc) as nth
    from recent where nth_of_tenant <= ${attemptsOfOneTenant}
  )
  select model_id, tenant_id, failed, extract(epoch from now() - finished_at) * 1000 as ms_ago
  from counted where nth <= ${circuitAttempts}`;
const attemptsSchema = z.array(
  z.object({ model_id: z.string(), tenant_id: z.string(), failed: z.boolean(), ms_ago: figure }),
);
/** Rows written by processes of an older version have no tenant. */
const ownCircuitsSql = `
  with ${recentSql}, figures as (
    select model_id, tenant_id,
      count(*) filter (where nth_of_tenant <= ${circuitAttempts}) as attempts,
      count(*) filter (where nth_of_tenant <= ${circuitAttempts} and failed) as failures,
      count(*) filter (where finished_at > last_failure) as successes_since_failure,
      extract(epoch from now() - max(last_failure)) * 1000 as ms_since_failure
    from recent where last_failure is not null and tenant_id <> '' group by model_id, tenant_id
  )
  select * from figures where attempts >= ${leastAttempts} and successes_since_failure < ${closeAfterSuccesses}
  order by ms_since_failure limit ${maxOwnStates}`;
const ownCircuitsSchema = z.array(
  z.object({
    model_id: z.string(),
    tenant_id: z.string(),
    attempts: figure,
    failures: figure,
    successes_since_failure: figure,
    ms_since_failure: figure,
  }),
);

/** Health by model id. Models without a recent outcome are absent. */
export const readHealth = async (em: EntityManager): Promise<Map<string, ModelHealth>> => {
  const rows = rowsSchema.parse(await em.execute(figuresSql));
  const attempts = Map.groupBy(attemptsSchema.parse(await em.execute(attemptsSql)), (row) => row.model_id);
  const own = Map.groupBy(ownCircuitsSchema.parse(await em.execute(ownCircuitsSql)), (row) => row.model_id);
  const ownStatesOf = (modelId: string): ModelHealth['ownStates'] =>
    new Map(
      (own.get(modelId) ?? []).flatMap((row) => {
        const state = circuitState({
          attempts: row.attempts,
          failures: row.failures,
          successesSinceFailure: row.successes_since_failure,
          msSinceFailure: row.ms_since_failure,
        });
        return state === 'CLOSED' ? [] : [[row.tenant_id, state]];
      }),
    );
  return new Map(
    rows.map((row) => [
      row.model_id,
      {
        state: sharedCircuitState(
          (attempts.get(row.model_id) ?? []).map(({ tenant_id, failed, ms_ago }) => ({
            tenantId: tenant_id,
            failed,
            msAgo: ms_ago,
          })),
        ),
        ownStates: ownStatesOf(row.model_id),
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
