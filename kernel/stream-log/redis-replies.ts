/**
 * The replies of the Redis stream log's scripts and commands, and the messages on its channels, as the port's values.
 */
import { z } from 'zod';
import { applyToToolCalls } from '#contracts/stream-event.ts';
import { streamEventSchema } from '#contracts/stream-event-schema.ts';
import {
  type AppendResult,
  FencedError,
  LogGoneError,
  type OpenedLog,
  type StreamEntry,
  type StreamSnapshot,
} from './stream-log.ts';

const flag = z.int().transform((value) => value === 1);
const snapshotReply = z.tuple([z.string(), z.int(), z.int(), flag, flag, z.string(), z.string(), z.string()]);
const callEventsSchema = z.array(streamEventSchema);
const unopenedReply = z.tuple([z.int()]);
const appendReply = z.tuple([z.int(), flag]);
const messageSchema = z.tuple([z.int()], streamEventSchema);
const positionReply = z.tuple([z.string().nullable(), z.string().nullable()]);
const entryReply = z.tuple([z.string(), z.tuple([z.literal('e'), z.string()])]);

const toSnapshot = (reply: unknown): StreamSnapshot => {
  const [text, lastSeq, attempt, ended, stopRequested, sealed, calls, reasoning] = snapshotReply.parse(reply);
  const toolCalls = callEventsSchema.parse(JSON.parse(`[${calls.slice(1)}]`)).reduce(applyToToolCalls, []);
  const position = { lastSeq, attempt, ended, stopRequested };
  return { text, reasoning, toolCalls, ...position, ...(sealed === '' ? {} : { sealed }) };
};

/** Of the snapshot script. */
export const parseSnapshot = (reply: unknown): StreamSnapshot | undefined =>
  Array.isArray(reply) && reply.length === 0 ? undefined : toSnapshot(reply);

/** Of the open script. */
export const parseOpened = (reply: unknown): OpenedLog => {
  const unopened = unopenedReply.safeParse(reply);
  if (unopened.success) {
    const [attempt] = unopened.data;
    return attempt === -1 ? { kind: 'forgotten' } : { kind: 'busy', attempt };
  }
  const log = toSnapshot(reply);
  return { kind: log.ended ? 'ended' : 'taken', ...log };
};

/** Of the scripts that write for an attempt. Throws FencedError and LogGoneError. */
export const parseAppended = (reply: unknown, logId: string, attempt: number): AppendResult => {
  if (Array.isArray(reply) && reply.length === 0) {
    throw new FencedError(`Attempt ${attempt} may not write to ${logId}: it has ended or was taken over`);
  }
  if (Array.isArray(reply) && reply.length === 1) throw new LogGoneError(`There is no log of ${logId}`);
  const [lastSeq, stopRequested] = appendReply.parse(reply);
  return { lastSeq, stopRequested };
};

/** Of HMGET lastSeq, ended. */
export const parsePosition = (reply: unknown): { readonly lastSeq: number; readonly ended: boolean } => {
  const [lastSeq, ended] = positionReply.parse(reply);
  return { lastSeq: Number(lastSeq ?? 0), ended: ended !== null };
};

/** Of XRANGE: one entry. */
export const parseEntry = (reply: unknown): StreamEntry => {
  const [id, [, json]] = entryReply.parse(reply);
  return { seq: Number.parseInt(id, 10), event: streamEventSchema.parse(JSON.parse(json)) };
};

/** The live entries of one published append: its first seq, then its events. */
export const parseMessage = (text: string): StreamEntry[] => {
  const [first, ...events] = messageSchema.parse(JSON.parse(text));
  return events.map((event, index) => ({ seq: first + index, event }));
};
