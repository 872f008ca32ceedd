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
  futimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { streamEventSchema } from '#contracts/stream-event-schema.ts';

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
  /** Gives the file this time of its last write, from which its TTL counts. */
  touch(at: Date): void;
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
    touch: (at) => futimesSync(file, at, at),
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
