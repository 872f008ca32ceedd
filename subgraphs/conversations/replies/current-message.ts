/**
 * Reads a message as it is at this moment. The row of a message in flight is behind its stream, so text, reasoning,
 * tool calls, status and last seq come from the log: a refetch shows what the stream has shown.
 */
import { endToolCalls, type StreamEvent } from '#contracts/stream-event.ts';
import type { StreamLog, StreamSnapshot } from '#kernel/stream-log/stream-log.ts';
import { inFlightStatuses, logIdOf, type Message } from '../entities.ts';

/** What a reply consists of, as the log holds it. */
export type WrittenSoFar = Pick<StreamSnapshot, 'text' | 'reasoning' | 'toolCalls'>;

/** That of a stored message. */
export const writtenInRow = ({ content, reasoning, toolCalls }: Message): WrittenSoFar => ({
  text: content,
  reasoning: reasoning ?? '',
  toolCalls: toolCalls ?? [],
});

/** The message after a terminal event, with what the log held before that event. */
export const afterTerminal = (
  message: Message,
  event: StreamEvent,
  { text: content, reasoning: thought, toolCalls: calls }: WrittenSoFar,
  seq: number,
): Message => {
  const toolCalls = endToolCalls(calls);
  const reasoning = thought === '' ? null : thought;
  const completedAt = message.completedAt ?? new Date();
  const ended = { ...message, content, reasoning, toolCalls, lastSeq: seq, completedAt };
  if (event.type === 'MessageCompleted') {
    const { status, finishReason, reuse = null } = event;
    return { ...ended, status, finishReason, reuse };
  }
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
  const reasoning = snapshot.reasoning === '' ? null : snapshot.reasoning;
  if (!snapshot.ended) return { ...message, status: 'STREAMING', content, reasoning, toolCalls, lastSeq };
  const event = await lastEntry(log, logIdOf(message), lastSeq);
  return event ? afterTerminal(message, event, snapshot, lastSeq) : message;
};
