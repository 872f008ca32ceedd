/**
 * The source stream of `messageStream`: the log's entries after the cursor, each once and in order, until the terminal one. A message whose
 * log is past its time to live is told from its row: what is new to this cursor, without holes in seq. Invariant: returning the iterator
 * (client gone) ends the tail in the same tick, also while it waits.
 */
import { isTerminal, type StreamEvent } from '#kernel/stream-log/stream-event.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { inFlightStatuses, type Message } from '../entities.ts';
import { afterTerminal } from './in-flight.ts';

/** One event for GraphQL. `message` is set on the terminal ones: the message as it is after the event. */
export interface StreamedEvent {
  readonly messageId: string;
  readonly seq: number;
  readonly event: StreamEvent;
  readonly message?: Message;
}

const terminalOf = (message: Message): StreamEvent => {
  if (message.status === 'FAILED' && message.failure) return { type: 'MessageFailed', ...message.failure };
  const status = message.status === 'CANCELLED' || message.status === 'PARTIAL' ? message.status : 'COMPLETED';
  return { type: 'MessageCompleted', status, finishReason: message.finishReason ?? 'STOP' };
};

/**
 * A finished message as a short stream. From the start: started, the text, the end. After a cursor of the former log the text cannot be
 * continued by seq, so it is reset and told whole.
 */
export const streamOfStored = (message: Message, afterSeq: number): readonly StreamedEvent[] => {
  if (afterSeq > 0 && afterSeq >= message.lastSeq) return [];
  const first: StreamEvent =
    afterSeq === 0
      ? { type: 'MessageStarted', attempt: 1, modelId: message.modelId ?? '' }
      : { type: 'MessageReset', reason: 'LOG_EXPIRED' };
  const text: readonly StreamEvent[] = message.content === '' ? [] : [{ type: 'TokenDelta', text: message.content }];
  return [first, ...text, terminalOf(message)].map((event, index) => ({
    messageId: message.id,
    seq: afterSeq + 1 + index,
    event,
    ...(isTerminal(event) ? { message } : {}),
  }));
};

const iterateStored = (events: readonly StreamedEvent[]): AsyncIterableIterator<StreamedEvent> => {
  const remaining = events.values();
  const iterator: AsyncIterableIterator<StreamedEvent> = {
    next: async () => remaining.next(),
    return: async () => ({ done: true, value: undefined }),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};

/** @param message the row as it is now; the caller has checked that the client may read it. */
export const openMessageStream = async (
  log: StreamLog,
  message: Message,
  afterSeq: number,
): Promise<AsyncIterableIterator<StreamedEvent>> => {
  const inFlight = inFlightStatuses.includes(message.status);
  if (!inFlight && !(await log.snapshot(message.id))) return iterateStored(streamOfStored(message, afterSeq));
  const closing = new AbortController();
  const entries = log.tail(message.id, afterSeq, closing.signal)[Symbol.asyncIterator]();
  const whole = async (): Promise<string> => (await log.snapshot(message.id))?.text ?? message.content;
  const iterator: AsyncIterableIterator<StreamedEvent> = {
    async next() {
      const step = await entries.next();
      if (step.done) return { done: true, value: undefined };
      const { seq, event } = step.value;
      const streamed = { messageId: message.id, seq, event };
      if (!isTerminal(event)) return { done: false, value: streamed };
      return { done: false, value: { ...streamed, message: afterTerminal(message, event, await whole(), seq) } };
    },
    async return() {
      closing.abort();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};
