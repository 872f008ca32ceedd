/**
 * Keeps how generations ended, from `message.finished`, for the health of their models. One row for each model of an attempt: also of one
 * that failed and was replaced, before its first word or in the middle. The same event twice counts once. Rows are forgotten when no
 * figure looks at them any more.
 */
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { isOfModel } from '../catalogue/model-health.ts';
import { OutcomeEntity } from '../entities.ts';

/** Milliseconds that rows are kept; the figures look at the last minutes. */
const keptForMs = 60 * 60 * 1000;

/** Share of the events that also clear away old rows. */
const clearingShare = 0.01;

/** How one model did in one attempt. Times are milliseconds. */
export interface ModelOutcome {
  readonly modelId: string;
  readonly failed: boolean;
  readonly firstTokenMs: number | undefined;
  readonly durationMs: number;
  readonly outputTokens: number;
}

/** Of each model that was asked and whose end says something of it, those that were replaced first. */
export const outcomesOf = (finished: MessageFinished): readonly ModelOutcome[] => {
  const { modelId, attempt, status, failure, firstTokenMs, durationMs, usage } = finished;
  const { parts = [], modelFailures = [] } = finished;
  const replaced = modelFailures
    .filter((one) => one.modelId !== modelId && isOfModel(one))
    .map((one): ModelOutcome => {
      const part = parts.find((candidate) => candidate.modelId === one.modelId && candidate.attempt === attempt);
      return {
        modelId: one.modelId,
        failed: true,
        firstTokenMs: one.firstTokenMs,
        durationMs: one.durationMs,
        outputTokens: part?.usage.outputTokens ?? 0,
      };
    });
  if (modelId === undefined) return replaced;
  const own = modelFailures.find((one) => one.modelId === modelId) ?? (status === 'FAILED' ? failure : undefined);
  const saysNothing = own === undefined ? status === 'CANCELLED' && firstTokenMs === undefined : !isOfModel(own);
  if (saysNothing) return replaced;
  const last: ModelOutcome = {
    modelId,
    failed: own !== undefined,
    firstTokenMs,
    durationMs,
    outputTokens: usage.outputTokens,
  };
  return [...replaced, last];
};

const keepSql = 'select models.record_outcome(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as known';
const keptSchema = z.object({ known: z.boolean() });

/** @returns whether it counts, which is when the model is known */
export const recordOutcome = async (
  database: Database,
  { tenantId, messageId, attempt, queueWaitMs }: MessageFinished,
  { modelId, failed, firstTokenMs, durationMs, outputTokens }: ModelOutcome,
): Promise<boolean> => {
  const figures = [queueWaitMs, firstTokenMs ?? null, durationMs, outputTokens];
  const at = new Date().toISOString();
  const [row] = await database.call(keepSql, [tenantId, messageId, attempt, modelId, failed, ...figures, at]);
  if (Math.random() < clearingShare) {
    const forgotten = new Date(Date.now() - keptForMs);
    await database.asSystem((em) => em.nativeDelete(OutcomeEntity, { finishedAt: { $lt: forgotten } }));
  }
  return keptSchema.parse(row).known;
};
