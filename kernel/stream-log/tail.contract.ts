/** The contract of `tail` in stream-log.ts as tests for every adapter, and what tests of stream logs share. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ringSize } from './shared-tail.ts';
import type { StreamEvent } from './stream-event.ts';
import type { StreamEntry, StreamLog } from './stream-log.ts';

export interface StreamLogFixture extends AsyncDisposable {
  readonly streamLog: StreamLog;
  /** The same log as another process finds it after the first one was killed. */
  reopen(): Promise<StreamLog>;
}

export type OpenStreamLogFixture = (options?: {
  readonly leaseMs?: number;
  readonly ttlMs?: number;
}) => Promise<StreamLogFixture>;

export const delta = (text: string): StreamEvent => ({ type: 'TokenDelta', text });
export const completed: StreamEvent = { type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' };
/** For tails that nobody aborts. */
export const never = new AbortController().signal;

/** Takes entries until there are `count` or the tail ends. */
export const take = async (
  tail: AsyncIterable<StreamEntry>,
  count = Number.POSITIVE_INFINITY,
): Promise<StreamEntry[]> => {
  const entries: StreamEntry[] = [];
  for await (const entry of tail) {
    entries.push(entry);
    if (entries.length === count) break;
  }
  return entries;
};
export const seqsOf = (entries: readonly StreamEntry[]): number[] => entries.map(({ seq }) => seq);
export const upTo = (count: number, after = 0): number[] =>
  Array.from({ length: count - after }, (_, index) => after + index + 1);

/** Appends deltas `0`, `1`, ... and lets readers run in between. */
const appendMany = async (log: StreamLog, id: string, attempt: number, count: number) => {
  for (let index = 0; index < count; index += 1) {
    await log.append(id, attempt, [delta(`${index} `)]);
    if (index % 10 === 0) await new Promise(setImmediate);
  }
};

export const tailContract = (name: string, openFixture: OpenStreamLogFixture): void => {
  describe(`${name} stream log, tailing`, () => {
    test('waits for a log that is not open yet, and follows it to its end', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      const reading = take(streamLog.tail(id, 0, never));
      await streamLog.open(id);
      await appendMany(streamLog, id, 1, 100);
      await streamLog.append(id, 1, [completed]);
      const entries = await reading;
      expect(seqsOf(entries)).toEqual(upTo(101));
      // A later tail returns the same bytes.
      expect(await take(streamLog.tail(id, 0, never))).toEqual(entries);
    });

    test('starts after the cursor, wherever it is', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      await appendMany(streamLog, id, 1, 5);
      const live = [0, 3, 5, 7].map(async (after) => seqsOf(await take(streamLog.tail(id, after, never))));
      await appendMany(streamLog, id, 1, 4);
      await streamLog.append(id, 1, [completed]);
      expect(await Promise.all(live)).toEqual([upTo(10), upTo(10, 3), upTo(10, 5), upTo(10, 7)]);
      expect(seqsOf(await take(streamLog.tail(id, 9, never)))).toEqual([10]);
      expect(await take(streamLog.tail(id, 10, never))).toEqual([]);
    });

    test('returns everything, once and in order, to a reader that fell far behind', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      const slow = streamLog.tail(id, 0, never)[Symbol.asyncIterator]();
      await streamLog.append(id, 1, [delta('first')]);
      const first = await slow.next();
      const count = ringSize * 3;
      await Promise.all(upTo(count).map((n) => streamLog.append(id, 1, [delta(`${n}`)])));
      await streamLog.append(id, 1, [completed]);
      const rest = await take({ [Symbol.asyncIterator]: () => slow });
      expect(first.value.seq).toBe(1);
      expect(seqsOf(rest)).toEqual(upTo(count + 2, 1));
    });

    test('returns the same to each of fifty readers that join at different times and cursors', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const other = await fixture.reopen();
      const id = randomUUID();
      await streamLog.open(id);
      const readers: Promise<number[]>[] = [];
      const expected: number[][] = [];
      for (let index = 0; index < 50; index += 1) {
        const after = index % 2 === 0 ? 0 : index;
        const log = index % 3 === 0 && !name.startsWith('embedded') ? other : streamLog;
        readers.push(take(log.tail(id, after, never)).then(seqsOf));
        expected.push(upTo(501, after));
        await appendMany(streamLog, id, 1, 10);
      }
      await streamLog.append(id, 1, [completed]);
      expect(await Promise.all(readers)).toEqual(expected);
    });

    test('ends at once when it is aborted, even while it waits', async () => {
      await using fixture = await openFixture();
      const stop = new AbortController();
      const id = randomUUID();
      await fixture.streamLog.open(id);
      await fixture.streamLog.append(id, 1, [delta('one')]);
      const seen: number[] = [];
      for await (const { seq } of fixture.streamLog.tail(id, 0, stop.signal)) {
        seen.push(seq);
        setImmediate(() => stop.abort());
      }
      expect(seen).toEqual([1]);
      expect(await take(fixture.streamLog.tail(id, 0, stop.signal))).toEqual([]);
    });

    test('ends at once when the iterator is returned while it waits', async () => {
      await using fixture = await openFixture();
      const iterator = fixture.streamLog.tail(randomUUID(), 0, never)[Symbol.asyncIterator]();
      const waiting = iterator.next();
      await new Promise(setImmediate);
      await iterator.return?.();
      expect((await waiting).done).toBe(true);
      expect((await iterator.next()).done).toBe(true);
    });
  });
};
