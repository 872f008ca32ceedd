/**
 * The source stream of `messageStream`: the log's entries after the cursor, each once and in order, until the terminal one. A message whose
 * log has gone is told from its kept chunks, or from its row: what is new to this cursor, without holes in seq. Invariants: returning the
 * iterator (client gone) ends the tail in the same tick, also while it waits; a stream does not outlive the right to read its message.
 */
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { endToolCalls, isTerminal, type StreamEvent, type ToolCallRecord } from '#kernel/stream-log/stream-event.ts';
import type { StreamLog, StreamSnapshot } from '#kernel/stream-log/stream-log.ts';
import { messageNotFound } from '../access.ts';
import { inFlightStatuses, logIdOf, type Message, MessageEntity } from '../entities.ts';
import { afterTerminal } from './in-flight.ts';
import { readChunks } from './kept-chunks.ts';
import type { Fate, StreamWatch } from './stream-watch.ts';

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

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

/** A call as a stream tells it. */
const eventsOfCall = (call: ToolCallRecord, withStart: boolean): readonly StreamEvent[] => {
  const { id, name, arguments: given } = call;
  const end: StreamEvent = { type: 'ToolCallCompleted', toolCall: call };
  return withStart ? [{ type: 'ToolCallStarted', toolCall: { id, name, arguments: given } }, end] : [end];
};

/**
 * A finished message as a short stream. From the start: started, the calls of tools, the text, the end. After a cursor of the former log the
 * text cannot be continued by seq, so all is reset and told whole. From the start it is never longer than the log was: an answer that ended
 * while tools ran had no event for the end of their calls, so as many calls are told by their end alone.
 */
export const streamOfStored = (message: Message, afterSeq: number): readonly StreamedEvent[] => {
  if (afterSeq > 0 && afterSeq >= message.lastSeq) return [];
  const first: StreamEvent =
    afterSeq === 0
      ? { type: 'MessageStarted', attempt: 1, modelId: message.modelId ?? '' }
      : { type: 'MessageReset', reason: 'LOG_EXPIRED' };
  const text: readonly StreamEvent[] = message.content === '' ? [] : [{ type: 'TokenDelta', text: message.content }];
  const calls = endToolCalls(message.toolCalls ?? []);
  const starts = message.lastSeq - calls.length - text.length - 2;
  const told = calls.flatMap((call, index) => eventsOfCall(call, index < starts));
  return [first, ...told, ...text, terminalOf(message)].map((event, index) => ({
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

/** From the kept chunks where there are some, else told from the row. */
const openStored = async function* (
  { database }: StreamServices,
  message: Message,
  afterSeq: number,
): AsyncGenerator<StreamedEvent, void, undefined> {
  let kept = false;
  for await (const { seq, event } of readChunks(database, message.tenantId, message.id, afterSeq)) {
    kept = true;
    yield { messageId: message.id, seq, event, ...(isTerminal(event) ? { message } : {}) };
  }
  if (!kept) yield* streamOfStored(message, afterSeq);
};

const beyondTheEnd = (lastSeq: number): AppError =>
  new AppError('BAD_USER_INPUT', `"afterSeq" is beyond the last event, which has seq ${lastSeq}.`, {
    argument: 'afterSeq',
  });

/**
 * Follows the log. What the watch tells may end it: GONE with NOT_FOUND; FINAL, where the log has gone too, by the stored rest.
 */
const follow = (
  services: StreamServices,
  reader: Identity,
  message: Message,
  afterSeq: number,
): AsyncIterableIterator<StreamedEvent> => {
  const { streamLog, database, watch } = services;
  const { id, tenantId } = message;
  const logId = logIdOf(message);
  const closing = new AbortController();
  const entries = streamLog.tail(logId, afterSeq, closing.signal)[Symbol.asyncIterator]();
  let at = afterSeq;
  let ended = false;
  let fate: Fate | undefined;
  let stored: AsyncIterator<StreamedEvent> | undefined;

  const leave = watch.join(logId, reader, (told) => {
    if (fate !== undefined || ended) return;
    if (told === 'GONE') {
      fate = told;
      closing.abort();
      return;
    }
    streamLog.snapshot(logId).then(
      (held) => {
        if (held !== undefined && held.attempt > 0) return;
        fate ??= told;
        closing.abort();
      },
      // It is looked after again.
      () => undefined,
    );
  });
  const close = (): void => {
    ended = true;
    leave();
    closing.abort();
  };
  const whole = async (): Promise<Pick<StreamSnapshot, 'text' | 'toolCalls'>> =>
    (await streamLog.snapshot(logId)) ?? { text: message.content, toolCalls: message.toolCalls ?? [] };

  /** The tail is over, and no terminal event was in it. */
  const goOn = async (): Promise<IteratorResult<StreamedEvent, undefined>> => {
    if (ended) return done;
    if (fate === 'GONE') throw messageNotFound();
    if (fate === 'FINAL') {
      const row = await database.forTenant(tenantId).findOne(MessageEntity, { id });
      if (!row) throw messageNotFound();
      stored = openStored(services, row, at);
      return takeStored(stored);
    }
    const lastSeq = (await streamLog.snapshot(logId))?.lastSeq ?? at;
    if (lastSeq < at) throw beyondTheEnd(lastSeq);
    close();
    return done;
  };
  const takeStored = async (from: AsyncIterator<StreamedEvent>): Promise<IteratorResult<StreamedEvent, undefined>> => {
    const step = await from.next();
    if (!step.done && !ended) return { done: false, value: step.value };
    close();
    return done;
  };

  const iterator: AsyncIterableIterator<StreamedEvent> = {
    async next() {
      try {
        if (stored) return await takeStored(stored);
        const step = await entries.next();
        if (step.done) return await goOn();
        const { seq, event } = step.value;
        at = seq;
        if (!isTerminal(event)) return { done: false, value: { messageId: id, seq, event } };
        const said = await whole();
        close();
        return { done: false, value: { messageId: id, seq, event, message: afterTerminal(message, event, said, seq) } };
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
 * Throws BAD_USER_INPUT for a cursor beyond the end of an answer that has ended; while it is written such a cursor is waited for.
 * @param message the row as it is now; the caller has checked that the reader may read it.
 */
export const openMessageStream = async (
  services: StreamServices,
  reader: Identity,
  message: Message,
  afterSeq: number,
): Promise<AsyncIterableIterator<StreamedEvent>> => {
  const isFinal = !inFlightStatuses.includes(message.status);
  const held = await services.streamLog.snapshot(logIdOf(message));
  // A log that goes beyond the end that is stored was begun anew after it was lost: what is stored is the answer.
  if (isFinal && held && held.lastSeq > message.lastSeq && afterSeq <= message.lastSeq)
    return openStored(services, message, afterSeq);
  const lastSeq = held?.ended ? held.lastSeq : isFinal ? message.lastSeq : Number.POSITIVE_INFINITY;
  if (afterSeq > lastSeq) throw beyondTheEnd(lastSeq);
  return isFinal && !held ? openStored(services, message, afterSeq) : follow(services, reader, message, afterSeq);
};
