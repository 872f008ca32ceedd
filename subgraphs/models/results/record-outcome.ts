/**
 * Keeps how generations ended, from `message.finished`, for the health of their model. One row per attempt: the same event twice
 * counts once. Rows are forgotten when no figure looks at them any more.
 */
import type { Database } from '#kernel/database/database.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { failuresOfModels } from '../catalogue/model-health.ts';
import { OutcomeEntity } from '../entities.ts';

/** Milliseconds that rows are kept; the figures look at the last minutes. */
const keptForMs = 60 * 60 * 1000;

/** Share of the events that also clear away old rows. */
const clearingShare = 0.01;

const keepSql = `
  with known as (select id from models.models where id = ?),
  kept as (
    insert into models.generation_outcomes
      (message_id, attempt, model_id, failed, queue_wait_ms, first_token_ms, duration_ms, output_tokens, finished_at)
    select ?, ?, id, ?, ?, ?, ?, ?, ? from known
    on conflict do nothing
  )
  select id from known`;

/** @returns whether it counts, which is when a known model was called */
export const recordOutcome = async (database: Database, finished: MessageFinished): Promise<boolean> => {
  const { modelId, messageId, attempt, queueWaitMs, firstTokenMs = null, durationMs, usage } = finished;
  if (modelId === undefined) return false;
  const failed = finished.status === 'FAILED' && failuresOfModels.has(finished.failure?.code ?? '');
  const figures = [queueWaitMs, firstTokenMs, durationMs, usage.outputTokens];
  return database.asSystem(async (em) => {
    const known = await em.execute<unknown[]>(keepSql, [modelId, messageId, attempt, failed, ...figures, new Date()]);
    if (Math.random() < clearingShare) {
      await em.nativeDelete(OutcomeEntity, { finishedAt: { $lt: new Date(Date.now() - keptForMs) } });
    }
    return known.length > 0;
  });
};
