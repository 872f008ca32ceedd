/** Tails over a log whose notices are lost, duplicated and shuffled: readers get the log nevertheless. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { pageSize, ringSize, type TailListener, type TailSource } from './shared-tail.ts';
import { isTerminal } from './stream-event.ts';
import { restoreWithinMs, type StreamEntry } from './stream-log.ts';
import { completed, delta, never, seqsOf, take, upTo } from './tail.contract.ts';
import { createTails } from './tail-reader.ts';

const turn = () => new Promise(setImmediate);

/** A log in memory that publishes nothing by itself: the test decides which notices arrive. */
const createLog = () => {
  const entries: StreamEntry[] = [];
  const listeners = new Set<TailListener>();
  let reads = 0;
  const source: TailSource = {
    async position() {
      // The position is outdated by the time it is returned.
      const position = { lastSeq: entries.length, ended: entries.some(({ event }) => isTerminal(event)) };
      await turn();
      return position;
    },
    async read(_logId, afterSeq, limit) {
      reads += 1;
      const page = entries.slice(afterSeq, afterSeq + limit);
      await turn();
      return page;
    },
    async subscribe(_logId, listener) {
      await turn();
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return {
    source,
    entries,
    listeners,
    reads: () => reads,
    write(event: StreamEntry['event']): StreamEntry {
      const entry = { seq: entries.length + 1, event };
      entries.push(entry);
      return entry;
    },
    publish(...published: readonly StreamEntry[]) {
      for (const listener of [...listeners]) listener.live(published);
    },
    interrupt() {
      for (const listener of [...listeners]) listener.interrupted();
    },
  };
};

test('returns the log once and in order, whatever happens to the notices', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          /** How often the notice of this entry arrives: never, once, twice. */
          copies: fc.constantFrom(0, 1, 1, 1, 2),
          /** Published at once, or held back until after the next one. */
          late: fc.boolean(),
          pause: fc.boolean(),
          /** A reader that joins now, with this cursor. */
          joins: fc.option(fc.nat(20), { freq: 4 }),
        }),
        { maxLength: 60 },
      ),
      async (steps) => {
        const log = createLog();
        const tail = createTails(log.source);
        const readers = [{ after: 0, seqs: take(tail('m', 0, never)).then(seqsOf) }];
        let held: StreamEntry[] = [];
        for (const { copies, late, pause, joins } of steps) {
          if (joins !== null) readers.push({ after: joins, seqs: take(tail('m', joins, never)).then(seqsOf) });
          const entry = log.write(delta('x'));
          const notices = Array.from({ length: copies }, () => entry);
          if (late) held.push(...notices);
          else {
            log.publish(...notices);
            log.publish(...held);
            held = [];
          }
          if (pause) await turn();
        }
        log.write(completed);
        // Readers may still be waiting for their subscription.
        for (let settled = 0; settled < 10; settled += 1) await turn();
        log.interrupt();
        const total = log.entries.length;
        for (const { after, seqs } of readers) expect(await seqs).toEqual(upTo(total, Math.min(after, total)));
        expect(log.listeners.size).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});

test('reads the log again when a notice was lost, and only then', async () => {
  const log = createLog();
  const reading = take(createTails(log.source)('m', 0, never));
  for (let settled = 0; settled < 5; settled += 1) await turn();
  for (let index = 0; index < ringSize * 2; index += 1) {
    log.publish(log.write(delta('x')));
    await turn();
  }
  expect(log.reads()).toBe(0);
  log.write(delta('the lost one'));
  log.publish(log.write(completed));
  expect(seqsOf(await reading)).toEqual(upTo(ringSize * 2 + 2));
  expect(log.reads()).toBeGreaterThan(0);
});

test('holds a bounded number of entries for a reader that does not read', async () => {
  const log = createLog();
  const tail = createTails(log.source);
  const slow = tail('m', 0, never)[Symbol.asyncIterator]();
  const first = slow.next();
  for (let settled = 0; settled < 5; settled += 1) await turn();
  log.publish(log.write(delta('1')));
  await first;
  for (let index = 0; index < 5_000; index += 1) log.publish(log.write(delta('x')));
  log.publish(log.write(completed));
  expect(log.reads()).toBe(0);
  expect(seqsOf(await take({ [Symbol.asyncIterator]: () => slow }))).toEqual(upTo(5_002, 1));
  // All entries but the ring's were read from the log, a page at a time.
  expect(log.reads()).toBeGreaterThanOrEqual(Math.floor((5_000 - ringSize) / pageSize));
});

test('shares one subscription among readers, and ends it with the last of them', async () => {
  const log = createLog();
  const tail = createTails(log.source);
  const iterators = Array.from({ length: 5 }, () => tail('m', 0, never)[Symbol.asyncIterator]());
  const waiting = iterators.map((iterator) => iterator.next());
  for (let settled = 0; settled < 5; settled += 1) await turn();
  expect(log.listeners.size).toBe(1);
  for (const iterator of iterators) await iterator.return?.();
  expect((await Promise.all(waiting)).map(({ done }) => done)).toEqual([true, true, true, true, true]);
  expect(log.listeners.size).toBe(0);
});

test('fails for every reader when the log cannot be read, and starts anew for the next one', async () => {
  const log = createLog();
  let broken = true;
  const source: TailSource = {
    ...log.source,
    read: (...args) => (broken ? Promise.reject(new Error('The store is gone')) : log.source.read(...args)),
  };
  const tail = createTails(source);
  log.write(delta('x'));
  log.write(completed);
  await expect(take(tail('m', 0, never))).rejects.toThrow('The store is gone');
  broken = false;
  expect(seqsOf(await take(tail('m', 0, never)))).toEqual([1, 2]);
});

test('throws SUBSCRIPTION_LOST when the store came back without its data', async () => {
  const log = createLog();
  const reading = take(createTails(log.source)('m', 0, never));
  for (let settled = 0; settled < 5; settled += 1) await turn();
  log.publish(log.write(delta('1')), log.write(delta('2')));
  log.entries.length = 0;
  log.write(delta('another 1'));
  log.interrupt();
  await expect(reading).rejects.toMatchObject({ code: 'SUBSCRIPTION_LOST' });
});

test('waits for a log that is gone, and throws SUBSCRIPTION_LOST when it is not restored', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const log = createLog();
    const lost = take(createTails(log.source)('m', 0, never));
    for (let settled = 0; settled < 5; settled += 1) await turn();
    log.publish(log.write(delta('1')), log.write(delta('2')));
    log.entries.length = 0;
    log.interrupt();
    for (let settled = 0; settled < 5; settled += 1) await turn();
    const refused = expect(lost).rejects.toMatchObject({ code: 'SUBSCRIPTION_LOST' });
    vi.advanceTimersByTime(restoreWithinMs);
    await refused;
  } finally {
    vi.useRealTimers();
  }
});

test('a reader that joins while the log is gone reads it once it is restored, whenever that is', async () => {
  for (let turnsGone = 0; turnsGone < 12; turnsGone += 1) {
    const log = createLog();
    const tail = createTails(log.source);
    log.write(delta('1'));
    log.write(delta('2'));
    // It reads these from the log, so the ring holds none of them.
    const first = tail('m', 0, never)[Symbol.asyncIterator]();
    await first.next();
    const kept = log.entries.splice(0);
    const late = take(tail('m', 1, never));
    for (let turns = 0; turns < turnsGone; turns += 1) await turn();
    log.entries.push(...kept);
    log.publish(...kept.slice(-1));
    log.publish(log.write(completed));
    expect(seqsOf(await late)).toEqual([2, 3]);
    expect(seqsOf(await take({ [Symbol.asyncIterator]: () => first }))).toEqual([2, 3]);
  }
});

test('throws SUBSCRIPTION_LOST when the entries after the cursor are no longer kept', async () => {
  const log = createLog();
  const tail = createTails({ ...log.source, position: async () => ({ lastSeq: 10, ended: false }) });
  await expect(take(tail('m', 3, never))).rejects.toMatchObject({ code: 'SUBSCRIPTION_LOST' });
});
