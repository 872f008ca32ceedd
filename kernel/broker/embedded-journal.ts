/**
 * The journal of the embedded broker: one JSON line per record, written before anybody sees its effect. Invariant: a
 * replay of the lines yields every message that was published and not settled, however the process ended. A torn line
 * is ignored. Writes go to the operating system, not to the disk, so they survive the death of the process.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const recordSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('published'),
    number: z.int(),
    id: z.string(),
    /** Absent in records of version 0.1. */
    routingKey: z.string().default(''),
    /** JSON text. */
    body: z.string(),
    /** Queue -> number of deliveries from there. */
    queues: z.record(z.string(), z.int()),
  }),
  z.object({ type: z.literal('delivered'), number: z.int(), queue: z.string() }),
  z.object({ type: z.literal('acked'), number: z.int(), queue: z.string() }),
  z.object({ type: z.literal('returned'), number: z.int(), queue: z.string() }),
  z.object({ type: z.literal('dead'), number: z.int(), queue: z.string(), to: z.string() }),
]);
export type JournalRecord = z.infer<typeof recordSchema>;

/** A message in one queue. */
export interface QueuedMessage {
  readonly number: number;
  readonly id: string;
  readonly routingKey: string;
  /** JSON text. */
  readonly body: string;
  redeliveries: number;
}

/** Queue -> its unsettled messages, oldest first. */
export type JournalState = ReadonlyMap<string, readonly QueuedMessage[]>;

/** Bytes of new lines after which the journal is rewritten, but not before they are four times the live state. */
const compactAfterBytes = 4 * 1024 * 1024;

const parseRecord = (line: string): JournalRecord | undefined => {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

/** A message that was out for delivery when the process died counts one redelivery more. */
const replay = (text: string): Map<string, QueuedMessage[]> => {
  const queues = new Map<string, Map<number, QueuedMessage & { delivered: boolean }>>();
  const queueNamed = (name: string) => {
    const known = queues.get(name) ?? new Map<number, QueuedMessage & { delivered: boolean }>();
    queues.set(name, known);
    return known;
  };
  for (const line of text.split('\n')) {
    const record = parseRecord(line);
    if (!record) continue;
    if (record.type === 'published') {
      const { number, id, routingKey, body } = record;
      for (const [queue, redeliveries] of Object.entries(record.queues)) {
        queueNamed(queue).set(number, { number, id, routingKey, body, redeliveries, delivered: false });
      }
      continue;
    }
    const held = queueNamed(record.queue).get(record.number);
    if (!held) continue;
    if (record.type === 'delivered') {
      held.delivered = true;
    } else if (record.type === 'returned') {
      held.delivered = false;
      held.redeliveries += 1;
    } else {
      queueNamed(record.queue).delete(record.number);
      if (record.type === 'dead') {
        queueNamed(record.to).set(record.number, { ...held, redeliveries: 0, delivered: false });
      }
    }
  }
  return new Map(
    [...queues].map(([name, messages]) => [
      name,
      [...messages.values()].map(({ delivered, redeliveries, ...held }) => ({
        ...held,
        redeliveries: redeliveries + (delivered ? 1 : 0),
      })),
    ]),
  );
};

const serialize = (state: JournalState): string => {
  const messages = new Map<number, Extract<JournalRecord, { type: 'published' }>>();
  for (const [queue, held] of state) {
    for (const { number, id, routingKey, body, redeliveries } of held) {
      const record = messages.get(number) ?? { type: 'published', number, id, routingKey, body, queues: {} };
      record.queues[queue] = redeliveries;
      messages.set(number, record);
    }
  }
  return [...messages.values()]
    .sort((one, other) => one.number - other.number)
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');
};

export interface Journal extends Disposable {
  /** The messages that the last process left. */
  readonly restored: JournalState;
  /** Throws when the disk refuses; the record then does not count. */
  write(record: JournalRecord): void;
}

/** @param current returns the live state when the journal is rewritten. */
export const openJournal = (directory: string, current: () => JournalState): Journal => {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'journal.jsonl');
  const restored = replay(existsSync(path) ? readFileSync(path, 'utf8') : '');
  let file = -1;
  let isTorn = false;
  let liveBytes = 0;
  let newBytes = 0;

  const rewrite = (state: JournalState) => {
    const text = serialize(state);
    const fresh = `${path}.new`;
    writeFileSync(fresh, text);
    renameSync(fresh, path);
    if (file !== -1) closeSync(file);
    file = openSync(path, 'a');
    isTorn = false;
    liveBytes = text.length;
    newBytes = 0;
  };
  rewrite(restored);

  return {
    restored,
    write(record) {
      if (newBytes > Math.max(compactAfterBytes, 4 * liveBytes)) rewrite(current());
      // A failed write may have left half a line, which the newline separates from this record.
      const line = `${isTorn ? '\n' : ''}${JSON.stringify(record)}\n`;
      isTorn = true;
      appendFileSync(file, line);
      isTorn = false;
      newBytes += line.length;
    },
    [Symbol.dispose]() {
      closeSync(file);
    },
  };
};
