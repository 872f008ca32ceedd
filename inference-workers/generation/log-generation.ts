/**
 * One log line for each generation of this worker, at its result. It holds ids, the model, figures and a code: no text
 * of the prompt or the reply.
 */
import type { ConversationSummarised, ConversationTitled, MessageFinished } from '#contracts/broker-events.ts';
import type { GenerationJob } from '#contracts/generation-job.ts';
import type { Logger } from '#kernel/log.ts';

export const logGeneration = (
  logger: Logger,
  { kind, requestId }: Pick<GenerationJob, 'kind' | 'requestId'>,
  result: MessageFinished | ConversationTitled | ConversationSummarised,
): void => {
  const { tenantId, userId, conversationId, messageId, attempt, modelId, provider, usage } = result;
  const ended = 'status' in result ? { status: result.status, code: result.failure?.code ?? 'OK' } : { code: 'OK' };
  logger.info(
    {
      requestId,
      kind,
      ...{ tenantId, userId, conversationId, messageId, attempt, modelId, provider },
      ...ended,
      durationMs: Math.round(result.durationMs),
      queueWaitMs: Math.round(result.queueWaitMs),
      firstTokenMs: result.firstTokenMs,
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
    },
    'generation',
  );
};
