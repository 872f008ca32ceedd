/**
 * Reads a message as it is at this moment. The row of a message in flight is behind its stream, so text, tool calls,
 * status and last seq come from the log: a refetch shows what the stream has shown.
 */
import { endToolCalls, type StreamEvent } from '#contracts/stream-event.ts';
import type { StreamLog, StreamSnapshot } from '#kernel/stream-log/stream-log.ts';
import { inFlightStatuses, logIdOf, type Message } from '../entities.ts';

/** The message after a terminal event, with the text and the tool calls of the log before that event. */
export const afterTerminal = (
  message: Message,
  event: StreamEvent,
  { text: content, toolCalls: calls }: Pick<StreamSnapshot, 'text' | 'toolCalls'>,
  seq: number,
): Message => {
  const toolCalls = endToolCalls(calls);
  const ended = { ...message, content, toolCalls, lastSeq: seq, completedAt: message.completedAt ?? new Date() };
  if (event.type === 'MessageCompleted') return { ...ended, status: event.status, finishReason: event.finishReason };
  if (event.type !== 'MessageFailed') return { ...ended, status: 'STREAMING', completedAt: null };
  const { code, message: sentence, retryable } = event;
  return { ...ended, status: 'FAILED', finishReason: 'ERROR', failure: { code, message: sentence, retryable } };
};

const lastEntry = async (log: StreamLog, logId: string, lastSeq: number): Promise<StreamEvent | undefined> => {
  for await (const { event } of log.tail(logId, lastSeq - 1, AbortSignal.timeout(1_000))) return event;
  return undefined;
};

export const currentMessage = async (log: StreamLog, message: Message): Promise<Message> => {
  if (!inFlightStatuses.includes(message.status)) return message;
  const snapshot = await log.snapshot(logIdOf(message));
  if (!snapshot || snapshot.lastSeq === 0) return message;
  const { text: content, toolCalls, lastSeq } = snapshot;
  if (!snapshot.ended) return { ...message, status: 'STREAMING', content, toolCalls, lastSeq };
  const event = await lastEntry(log, logIdOf(message), lastSeq);
  return event ? afterTerminal(message, event, snapshot, lastSeq) : message;
};
