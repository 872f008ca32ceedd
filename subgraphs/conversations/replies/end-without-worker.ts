/**
 * Ends a generation that no worker runs, because it waits in its conversation or its worker vanished. It does so as a
 * worker would: fence the log, seal and publish the result, then append the terminal event. Where the log has ended
 * already, it publishes the result again, because the result may not be stored.
 */

import type { MessageFinished } from '#contracts/broker-events.ts';
import { toErrorCode } from '#contracts/error-codes.ts';
import { logIdOfJob } from '#contracts/generation-job.ts';
import { finishedCalls, finishedReasoning, readSealed, sealResult, terminalEventOf } from '#contracts/sealed-result.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import { FencedError, type StreamLog, type StreamSnapshot } from '#kernel/stream-log/stream-log.ts';
import { logIdOf, type Message } from '../entities.ts';

type Outcome = Pick<MessageFinished, 'status' | 'finishReason' | 'failure'>;

/** `ENDED`: by this call. `REPUBLISHED`: it had ended before. `WRITTEN`: a worker writes it, so nothing was done. */
export type EndWithoutWorker = 'ENDED' | 'REPUBLISHED' | 'WRITTEN';

interface Services {
  readonly broker: Broker;
  readonly streamLog: StreamLog;
}

/** A result from what the log holds. Its tokens are 0, because no worker is left to count them. */
const resultOf = (message: Message, log: StreamSnapshot, lastSeq: number, outcome: Outcome): MessageFinished => ({
  tenantId: message.tenantId,
  userId: message.generation?.userId ?? message.tenantId,
  conversationId: message.conversationId,
  messageId: message.id,
  ...(message.logId == null ? {} : { logId: message.logId }),
  attempt: log.attempt,
  usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0, source: 'COUNTED' },
  queueWaitMs: 0,
  durationMs: 0,
  text: log.text,
  ...finishedReasoning(log.reasoning),
  ...finishedCalls(log.toolCalls),
  lastSeq,
  ...outcome,
});

/** The outcome in the terminal event of an ended log. */
const outcomeOf = async ({ streamLog }: Services, logId: string): Promise<Outcome | undefined> => {
  const event = (await streamLog.entries(logId)).at(-1)?.event;
  if (event?.type === 'MessageCompleted') return { status: event.status, finishReason: event.finishReason };
  if (event?.type !== 'MessageFailed') return undefined;
  const { code, message, retryable } = event;
  return { status: 'FAILED', finishReason: 'ERROR', failure: { code: toErrorCode(code), message, retryable } };
};

const publish = ({ broker }: Services, result: MessageFinished): Promise<void> =>
  // Serialized, so that undefined fields are absent.
  broker.publish('events', 'message.finished', logIdOfJob(result), JSON.parse(JSON.stringify(result)));

export const endWithoutWorker = async (
  services: Services,
  message: Message,
  outcome: Outcome,
): Promise<EndWithoutWorker> => {
  const { streamLog } = services;
  const logId = logIdOf(message);
  // A reply that was never dispatched has no writer, and no log that could have been lost.
  const earlier = message.dispatchedAt ? { count: 1, since: message.dispatchedAt.getTime() } : undefined;
  const log = await streamLog.open(logId, earlier);
  if (log.kind === 'busy' || log.kind === 'forgotten') return 'WRITTEN';
  if (log.kind === 'ended') {
    const known = (await outcomeOf(services, logId)) ?? outcome;
    await publish(services, readSealed(log) ?? resultOf(message, log, log.lastSeq, known));
    return 'REPUBLISHED';
  }
  let lastSeq = log.lastSeq;
  try {
    if (lastSeq > 0 && (await streamLog.entries(logId)).length === 0) {
      // The log store has lost events that clients may have seen, so these are void.
      const reset = { type: 'MessageReset', reason: 'WORKER_REPLACED' } as const;
      ({ lastSeq } = await streamLog.append(logId, log.attempt, [reset]));
    }
    const sealed = readSealed(log);
    const result = sealed ?? resultOf(message, log, lastSeq + 1, outcome);
    if (!sealed) await streamLog.seal(logId, log.attempt, sealResult(result), lastSeq);
    await publish(services, result);
    await streamLog.append(logId, log.attempt, [terminalEventOf(result)]);
    return 'ENDED';
  } catch (cause) {
    if (cause instanceof FencedError) return 'WRITTEN';
    throw cause;
  }
};
