/**
 * Ends a generation that no worker runs (it waits in its conversation, or its worker vanished) the way a worker would: fence the log,
 * publish `message.finished`, then append the terminal event. When the log has ended already, nothing is done.
 */
import type { Broker } from '#kernel/broker/broker.ts';
import { toErrorCode } from '#kernel/errors.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { FencedError, type StreamLog } from '#kernel/stream-log/stream-log.ts';
import type { Message } from '../entities.ts';

type Outcome = Pick<MessageFinished, 'status' | 'finishReason' | 'failure'>;

const terminalEvent = ({ status, finishReason, failure }: Outcome): StreamEvent =>
  status === 'FAILED' && failure
    ? { type: 'MessageFailed', ...failure, code: toErrorCode(failure.code) }
    : { type: 'MessageCompleted', status: status === 'FAILED' ? 'PARTIAL' : status, finishReason };

export const endWithoutWorker = async (
  services: { readonly broker: Broker; readonly streamLog: StreamLog },
  message: Message,
  outcome: Outcome,
): Promise<void> => {
  const { broker, streamLog } = services;
  const log = await streamLog.open(message.id);
  if (log.ended) return;
  const result: MessageFinished = {
    tenantId: message.tenantId,
    userId: message.generation?.userId ?? message.tenantId,
    conversationId: message.conversationId,
    messageId: message.id,
    attempt: log.attempt,
    usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0, source: 'COUNTED' },
    queueWaitMs: 0,
    durationMs: 0,
    text: log.text,
    lastSeq: log.lastSeq + 1,
    ...outcome,
  };
  // Through JSON: absent fields stay absent.
  await broker.publish('events', 'message.finished', message.id, JSON.parse(JSON.stringify(result)));
  try {
    await streamLog.append(message.id, log.attempt, [terminalEvent(outcome)]);
  } catch (cause) {
    if (!(cause instanceof FencedError)) throw cause;
  }
};
