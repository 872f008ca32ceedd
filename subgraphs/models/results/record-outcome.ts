/**
 * Keeps how generations ended, from `message.finished`, for the health of their models. One row for each model of an attempt: also of one
 * that failed and was replaced, before its first word or in the middle. The same event twice counts once. Rows are forgotten when no
 * figure looks at them any more.
 */
import { z } from 'zod';
import { callFunction } from '#kernel/database/call-function.ts';
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

const recordedSchema = z.object({ record_outcome: z.boolean() });

/** @returns whether it counts, which is when the model is known */
export const recordOutcome = async (
  database: Database,
  { tenantId, messageId, attempt, queueWaitMs }: MessageFinished,
  { modelId, failed, firstTokenMs, durationMs, outputTokens }: ModelOutcome,
): Promise<boolean> => {
  const [row] = await callFunction(database, {
    name: 'models.record_outcome',
    parameters: {
      a_tenant: tenantId,
      a_message: messageId,
      a_attempt: attempt,
      a_model: modelId,
      a_failed: failed,
      a_queue_wait_ms: queueWaitMs,
      a_first_token_ms: firstTokenMs ?? null,
      a_duration_ms: durationMs,
      a_output_tokens: outputTokens,
      a_now: new Date().toISOString(),
    },
  });
  if (Math.random() < clearingShare) {
    const forgotten = new Date(Date.now() - keptForMs);
    await database.asSystem((em) => em.nativeDelete(OutcomeEntity, { finishedAt: { $lt: forgotten } }));
  }
  return recordedSchema.parse(row).record_outcome;
};
