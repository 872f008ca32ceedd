/**
 * The source stream of `messageStream`: the log's entries after the cursor, each once and in order, up to the terminal
 * one. When the log has expired, the events come from the kept stream events, or are made from the row, without gaps in
 * seq after the cursor. Invariants: returning the iterator (the client left) ends the tail in the same tick, also while
 * it waits; a stream does not outlive the right to read its message.
 */

import type { Identity } from '#contracts/identity.ts';
import { endToolCalls, isTerminal, type StreamEvent, type ToolCallRecord } from '#contracts/stream-event.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { messageNotFound } from '../conversations/access.ts';
import { inFlightStatuses, logIdOf, type Message, MessageEntity } from '../entities.ts';
import { passagesOf } from '../messages/citations.ts';
import { afterTerminal, type WrittenSoFar, writtenInRow } from '../replies/current-message.ts';
import { readKeptEvents } from '../replies/kept-stream-events.ts';
import type { Finding, StreamWatch } from './stream-watch.ts';

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** One event for GraphQL. A terminal event has the message as it is after the event. */
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

/** The events of an ended tool call. */
const eventsOfCall = (call: ToolCallRecord, withStart: boolean): readonly StreamEvent[] => {
  const { id, name, arguments: given } = call;
  const end: StreamEvent = { type: 'ToolCallCompleted', toolCall: call };
  return withStart ? [{ type: 'ToolCallStarted', toolCall: { id, name, arguments: given } }, end] : [end];
};

/**
 * An ended message as a short stream. From the start it has: started, the reasoning, the tool calls, the text, the end.
 * After a cursor of the expired log the text cannot continue by seq, so the stream begins with a reset and repeats
 * everything. From the start it is never longer than the log was: when a reply ended while tools ran, the log had no
 * event for the end of these calls, so as many calls have their end event only.
 */
export const streamOfStored = (message: Message, afterSeq: number): readonly StreamedEvent[] => {
  if (afterSeq > 0 && afterSeq >= message.lastSeq) return [];
  const first: StreamEvent =
    afterSeq === 0
      ? { type: 'MessageStarted', attempt: 1, modelId: message.modelId ?? '' }
      : { type: 'MessageReset', reason: 'LOG_EXPIRED' };
  const text: readonly StreamEvent[] = message.content === '' ? [] : [{ type: 'TokenDelta', text: message.content }];
  const calls = endToolCalls(message.toolCalls ?? []);
  const reasoning: readonly StreamEvent[] = message.reasoning
    ? [{ type: 'ReasoningDelta', text: message.reasoning }]
    : [];
  const { retrieval } = message.generation ?? {};
  const passages = passagesOf(message);
  const sources: readonly StreamEvent[] =
    retrieval || passages.length > 0 ? [{ type: 'SourcesFound', ...retrieval, passages }] : [];
  const starts = message.lastSeq - calls.length - reasoning.length - text.length - sources.length - 2;
  const callEvents = calls.flatMap((call, index) => eventsOfCall(call, index < starts));
  return [first, ...sources, ...reasoning, ...callEvents, ...text, terminalOf(message)].map((event, index) => ({
    messageId: message.id,
    seq: afterSeq + 1 + index,
    event,
    ...(isTerminal(event) ? { message } : {}),
  }));
};

export interface StreamServices {
  readonly streamLog: StreamLog;
  readonly database: Database;
  readonly watch: StreamWatch;
}

/** The kept stream events where there are any, otherwise a stream made from the row. */
const openStored = async function* (
  { database }: StreamServices,
  message: Message,
  afterSeq: number,
): AsyncGenerator<StreamedEvent, void, undefined> {
  let kept = false;
  for await (const { seq, event } of readKeptEvents(database, message.tenantId, message.id, afterSeq)) {
    kept = true;
    yield { messageId: message.id, seq, event, ...(isTerminal(event) ? { message } : {}) };
  }
  if (!kept) yield* streamOfStored(message, afterSeq);
};

const beyondTheEnd = (lastSeq: number): AppError =>
  new AppError('BAD_USER_INPUT', `"afterSeq" is beyond the last event, which has seq ${lastSeq}.`, {
    argument: 'afterSeq',
  });

/** The whole reply, from the log or else from the row. */
const readWhole = async (streamLog: StreamLog, message: Message): Promise<WrittenSoFar> =>
  (await streamLog.snapshot(logIdOf(message))) ?? writtenInRow(message);

/** The stored rest of a message after a cursor. Throws NOT_FOUND when the message was deleted. */
const openStoredRest = async (
  services: StreamServices,
  { id, tenantId }: Message,
  cursor: number,
): Promise<AsyncIterator<StreamedEvent>> => {
  const row = await services.database.forTenant(tenantId).findOne(MessageEntity, { id });
  if (!row) throw messageNotFound();
  return openStored(services, row, cursor);
};

/**
 * Follows the log. The watch may end this: GONE with NOT_FOUND; FINAL with the stored rest, if the log has expired too.
 */
const follow = (
  services: StreamServices,
  reader: Identity,
  message: Message,
  afterSeq: number,
): AsyncIterableIterator<StreamedEvent> => {
  const { streamLog, watch } = services;
  const { id } = message;
  const logId = logIdOf(message);
  const closing = new AbortController();
  const entries = streamLog.tail(logId, afterSeq, closing.signal)[Symbol.asyncIterator]();
  let cursor = afterSeq;
  let ended = false;
  let finding: Finding | undefined;
  let stored: AsyncIterator<StreamedEvent> | undefined;

  const leave = watch.join(logId, reader, (found) => {
    if (finding !== undefined || ended) return;
    if (found === 'GONE') {
      finding = found;
      closing.abort();
      return;
    }
    streamLog.snapshot(logId).then(
      (log) => {
        if (log !== undefined && log.attempt > 0) return;
        finding ??= found;
        closing.abort();
      },
      // The watch checks again.
      () => undefined,
    );
  });
  const close = (): void => {
    ended = true;
    leave();
    closing.abort();
  };

  /** Called when the tail has ended without a terminal event. */
  const afterTail = async (): Promise<IteratorResult<StreamedEvent, undefined>> => {
    if (ended) return done;
    if (finding === 'GONE') throw messageNotFound();
    if (finding === 'FINAL') {
      stored = await openStoredRest(services, message, cursor);
      return nextStored(stored);
    }
    const lastSeq = (await streamLog.snapshot(logId))?.lastSeq ?? cursor;
    if (lastSeq < cursor) throw beyondTheEnd(lastSeq);
    close();
    return done;
  };
  const nextStored = async (from: AsyncIterator<StreamedEvent>): Promise<IteratorResult<StreamedEvent, undefined>> => {
    const next = await from.next();
    if (!next.done && !ended) return { done: false, value: next.value };
    close();
    return done;
  };

  const iterator: AsyncIterableIterator<StreamedEvent> = {
    async next() {
      try {
        if (stored) return await nextStored(stored);
        const next = await entries.next();
        if (next.done) return await afterTail();
        const { seq, event } = next.value;
        cursor = seq;
        const value = { messageId: id, seq, event };
        if (!isTerminal(event)) return { done: false, value };
        const whole = await readWhole(streamLog, message);
        close();
        return { done: false, value: { ...value, message: afterTerminal(message, event, whole, seq) } };
      } catch (fault) {
        close();
        throw fault;
      }
    },
    async return() {
      close();
      return done;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};

/**
 * Throws BAD_USER_INPUT for a cursor beyond the end of a reply that has ended. While the reply is being written, the
 * stream waits for such a cursor.
 * @param message the row as it is now; the caller has checked that the reader may read it
 */
export const openMessageStream = async (
  services: StreamServices,
  reader: Identity,
  message: Message,
  afterSeq: number,
): Promise<AsyncIterableIterator<StreamedEvent>> => {
  const isFinal = !inFlightStatuses.includes(message.status);
  const log = await services.streamLog.snapshot(logIdOf(message));
  // A log that goes beyond the stored end was lost and begun again: the stored reply is the valid one.
  if (isFinal && log && log.lastSeq > message.lastSeq && afterSeq <= message.lastSeq)
    return openStored(services, message, afterSeq);
  const lastSeq = log?.ended ? log.lastSeq : isFinal ? message.lastSeq : Number.POSITIVE_INFINITY;
  if (afterSeq > lastSeq) throw beyondTheEnd(lastSeq);
  return isFinal && !log ? openStored(services, message, afterSeq) : follow(services, reader, message, afterSeq);
};
