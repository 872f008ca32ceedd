/**
 * Keeps how generations ended, from `message.finished`, for the health of their model. One row per attempt: the same event twice
 * counts once. Rows are forgotten when no figure looks at them any more.
 */
import type { Database } from '#kernel/database/database.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { failuresOfModels } from '../catalogue/model-health.ts';
import { ModelEntity, OutcomeEntity } from '../entities.ts';

/** Milliseconds that rows are kept; the figures look at the last minutes. */
const keptForMs = 60 * 60 * 1000;

/** Share of the events that also clear away old rows. */
const clearingShare = 0.01;

/** @returns whether it counts, which is when a known model was called */
export const recordOutcome = (database: Database, finished: MessageFinished): Promise<boolean> =>
  database.asSystem(async (em) => {
    const { modelId, messageId, attempt } = finished;
    if (modelId === undefined || (await em.count(ModelEntity, { id: modelId })) === 0) return false;
    const failed = finished.status === 'FAILED' && failuresOfModels.has(finished.failure?.code ?? '');
    await em.upsert(
      OutcomeEntity,
      {
        messageId,
        attempt,
        modelId,
        failed,
        queueWaitMs: finished.queueWaitMs,
        firstTokenMs: finished.firstTokenMs ?? null,
        durationMs: finished.durationMs,
        outputTokens: finished.usage.outputTokens,
        finishedAt: new Date(),
      },
      { onConflictAction: 'ignore' },
    );
    if (Math.random() < clearingShare) {
      await em.nativeDelete(OutcomeEntity, { finishedAt: { $lt: new Date(Date.now() - keptForMs) } });
    }
    return true;
  });
