/**
 * Keeps how generations ended, from `message.finished`, for the health of their model. One row per attempt: the same event twice
 * counts once. Rows are forgotten when no figure looks at them any more.
 */
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { failuresOfModels } from '../catalogue/model-health.ts';
import { OutcomeEntity } from '../entities.ts';

/** Milliseconds that rows are kept; the figures look at the last minutes. */
const keptForMs = 60 * 60 * 1000;

/** Share of the events that also clear away old rows. */
const clearingShare = 0.01;

const keepSql = 'select models.record_outcome(?, ?, ?, ?, ?, ?, ?, ?, ?) as known';
const keptSchema = z.object({ known: z.boolean() });

/** @returns whether it counts, which is when a known model was called */
export const recordOutcome = async (database: Database, finished: MessageFinished): Promise<boolean> => {
  const { modelId, messageId, attempt, queueWaitMs, firstTokenMs = null, durationMs, usage } = finished;
  if (modelId === undefined) return false;
  const failed = finished.status === 'FAILED' && failuresOfModels.has(finished.failure?.code ?? '');
  const figures = [queueWaitMs, firstTokenMs, durationMs, usage.outputTokens];
  const [row] = await database.call(keepSql, [
    messageId,
    attempt,
    modelId,
    failed,
    ...figures,
    new Date().toISOString(),
  ]);
  if (Math.random() < clearingShare) {
    const forgotten = new Date(Date.now() - keptForMs);
    await database.asSystem((em) => em.nativeDelete(OutcomeEntity, { finishedAt: { $lt: forgotten } }));
  }
  return keptSchema.parse(row).known;
};
