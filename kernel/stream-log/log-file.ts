/**
 * One message's log on disk: JSON lines, one per append, so that an append is there completely or not at all.
 * Invariant: a line is written before anybody sees its entries. A torn last line (the process died while writing) is
 * cut off when the file is loaded.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { errorCodes } from '#contracts/error-codes.ts';
import { passageSchema } from '#contracts/passages.ts';
import { reuseLevers } from '#contracts/reuse.ts';
import {
  askedToolCallSchema,
  finishReasons,
  resetReasons,
  type StreamEvent,
  toolCallRecordSchema,
} from '#contracts/stream-event.ts';

const errorCodeSchema = z.custom<keyof typeof errorCodes>(
  (value) => typeof value === 'string' && Object.hasOwn(errorCodes, value),
);

/** Validates events of a log, as any text from outside. */
export const streamEventSchema: z.ZodType<StreamEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('MessageStarted'),
    attempt: z.int(),
    modelId: z.string(),
    reuse: z.enum(reuseLevers).exactOptional(),
  }),
  z.object({
    type: z.literal('SourcesFound'),
    passages: z.array(passageSchema),
    failed: z.boolean().exactOptional(),
  }),
  z.object({ type: z.literal('ReasoningDelta'), text: z.string() }),
  z.object({ type: z.literal('TokenDelta'), text: z.string() }),
  z.object({ type: z.literal('ToolCallStarted'), toolCall: askedToolCallSchema }),
  z.object({ type: z.literal('ToolCallCompleted'), toolCall: toolCallRecordSchema }),
  z.object({ type: z.literal('MessageReset'), reason: z.enum(resetReasons) }),
  z.object({
    type: z.literal('MessageCompleted'),
    status: z.enum(['COMPLETED', 'PARTIAL', 'CANCELLED']),
    finishReason: z.enum(finishReasons),
    reuse: z.enum(reuseLevers).exactOptional(),
  }),
  z.object({
    type: z.literal('MessageFailed'),
    code: errorCodeSchema,
    message: z.string(),
    retryable: z.boolean(),
  }),
]);

const lineSchema = z.union([
  z.object({ opened: z.int().positive() }),
  z.object({ stop: z.literal(true) }),
  z.object({ sealed: z.string() }),
  z.object({ events: z.array(streamEventSchema) }),
]);
export type LogLine = z.infer<typeof lineSchema>;

export interface LogFile extends Disposable {
  /** Throws when the disk refuses; the line then does not count. */
  write(line: LogLine): void;
}

/** Opens for appending, creating what is missing. */
export const openLogFile = (path: string): LogFile => {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a');
  let size = fstatSync(file).size;
  return {
    write(line) {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      try {
        appendFileSync(file, bytes);
        size += bytes.length;
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
    },
    [Symbol.dispose]: () => closeSync(file),
  };
};

/**
 * All complete lines, or undefined when there is no file or its last write is older than `ttlMs`; then the file is
 * deleted.
 */
export const loadLogFile = (path: string, ttlMs: number): readonly LogLine[] | undefined => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (Date.now() - stats.mtimeMs > ttlMs) {
    rmSync(path, { force: true });
    return undefined;
  }
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf('\n') + 1;
  if (whole < bytes.length) truncateSync(path, whole);
  return bytes
    .toString('utf8', 0, whole)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => lineSchema.parse(JSON.parse(line)));
};
