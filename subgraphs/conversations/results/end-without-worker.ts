/**
 * Ends a generation that no worker runs (it waits in its conversation, or its worker vanished) the way a worker would: fence the log,
 * publish `message.finished`, then append the terminal event. When the log has ended already, or somebody writes it, nothing is done.
 */
import type { Broker } from '#kernel/broker/broker.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { finishedCalls, readSealed, terminalEventOf } from '#kernel/messages/sealed-result.ts';
import { FencedError, type StreamLog } from '#kernel/stream-log/stream-log.ts';
import type { Message } from '../entities.ts';

type Outcome = Pick<MessageFinished, 'status' | 'finishReason' | 'failure'>;

export const endWithoutWorker = async (
  services: { readonly broker: Broker; readonly streamLog: StreamLog },
  message: Message,
  outcome: Outcome,
): Promise<void> => {
  const { broker, streamLog } = services;
  // What was never dispatched has no writer, and no log that can have been lost.
  const earlier = message.dispatchedAt ? { count: 1, since: message.dispatchedAt.getTime() } : undefined;
  const log = await streamLog.open(message.id, earlier);
  if (log.ended || log.busy) return;
  let lastSeq = log.lastSeq;
  if (lastSeq > 0 && (await streamLog.entries(message.id)).length === 0) {
    // The store has forgotten what clients may have seen: that is void.
    const reset = { type: 'MessageReset', reason: 'WORKER_REPLACED' } as const;
    ({ lastSeq } = await streamLog.append(message.id, log.attempt, [reset]));
  }
  const result: MessageFinished = readSealed(log) ?? {
    tenantId: message.tenantId,
    userId: message.generation?.userId ?? message.tenantId,
    conversationId: message.conversationId,
    messageId: message.id,
    attempt: log.attempt,
    usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0, source: 'COUNTED' },
    queueWaitMs: 0,
    durationMs: 0,
    text: log.text,
    ...finishedCalls(log.toolCalls),
    lastSeq: lastSeq + 1,
    ...outcome,
  };
  // Through JSON: absent fields stay absent.
  await broker.publish('events', 'message.finished', message.id, JSON.parse(JSON.stringify(result)));
  try {
    await streamLog.append(message.id, log.attempt, [terminalEventOf(result)]);
  } catch (cause) {
    if (!(cause instanceof FencedError)) throw cause;
  }
};
