/**
 * Stores outcomes of generations, from `message.finished`, for the health of models. There is one row for each model of
 * an attempt, including a model that failed and was replaced, before its first token or later. Idempotent: the same
 * event counts once. Rows are deleted when no figure needs them any more.
 */
import { z } from 'zod';
import type { MessageFinished } from '#contracts/broker-events.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { isModelFailure } from '../catalogue/model-health.ts';
import { OutcomeEntity } from '../entities.ts';

/** Milliseconds for which rows are kept. The figures need the last minutes only. */
const keptForMs = 60 * 60 * 1000;

/** Share of the events that also delete old rows. */
const deletingShare = 0.01;

/** The outcome of one model in one attempt. Times are in milliseconds. */
export interface ModelOutcome {
  readonly modelId: string;
  readonly failed: boolean;
  readonly firstTokenMs: number | undefined;
  readonly durationMs: number;
  readonly outputTokens: number;
}

/** The outcomes that count for the health of their models, those of replaced models first. */
export const outcomesOf = (finished: MessageFinished): readonly ModelOutcome[] => {
  const { modelId, attempt, status, failure, firstTokenMs, durationMs, usage } = finished;
  const { parts = [], modelFailures = [] } = finished;
  const replaced = modelFailures
    .filter((one) => one.modelId !== modelId && isModelFailure(one))
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
  // A reply that was written before tells nothing of its model.
  if (modelId === undefined || finished.reuse?.served !== undefined) return replaced;
  const own = modelFailures.find((one) => one.modelId === modelId) ?? (status === 'FAILED' ? failure : undefined);
  const isIrrelevant = own === undefined ? status === 'CANCELLED' && firstTokenMs === undefined : !isModelFailure(own);
  if (isIrrelevant) return replaced;
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

/** @returns whether the model is known, so that the outcome counts */
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
  if (Math.random() < deletingShare) {
    const forgotten = new Date(Date.now() - keptForMs);
    await database.asSystem((em) => em.nativeDelete(OutcomeEntity, { finishedAt: { $lt: forgotten } }));
  }
  return recordedSchema.parse(row).record_outcome;
};
