/** The contract of stream-log.ts as tests for every adapter. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { snapshotContract } from './snapshot.contract.ts';
import { FencedError, LogGoneError } from './stream-log.ts';
import {
  completed,
  delta,
  never,
  type OpenStreamLogFixture,
  seqsOf,
  tailContract,
  take,
  upTo,
} from './tail.contract.ts';
import { takeoverContract } from './takeover.contract.ts';

export const streamLogContract = (name: string, openFixture: OpenStreamLogFixture): void => {
  describe(`${name} stream log, writing`, () => {
    test('assigns each event the next seq, from 1, across appends', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      const { attempt, lastSeq } = await streamLog.open(id);
      expect({ attempt, lastSeq }).toEqual({ attempt: 1, lastSeq: 0 });
      expect(await streamLog.append(id, attempt, [delta('a'), delta('b')])).toEqual({
        lastSeq: 2,
        stopRequested: false,
      });
      expect(await streamLog.append(id, attempt, [completed])).toEqual({ lastSeq: 3, stopRequested: false });
      expect(await take(streamLog.tail(id, 0, never))).toEqual([
        { seq: 1, event: delta('a') },
        { seq: 2, event: delta('b') },
        { seq: 3, event: completed },
      ]);
    });

    test('leaves no gap and no duplicate when many append at once', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const other = await fixture.reopen();
      const id = randomUUID();
      const { attempt } = await streamLog.open(id);
      // Only a log that several processes share may be written by both.
      const writers = name.startsWith('embedded') ? [streamLog] : [streamLog, other];
      const texts = Array.from({ length: 40 }, (_, index) => `word ${index} `);
      const results = await Promise.all(
        texts.map((text, index) =>
          (writers[index % writers.length] ?? streamLog).append(id, attempt, [delta(text), delta('.')]),
        ),
      );
      expect(results.map(({ lastSeq }) => lastSeq).sort((one, two) => one - two)).toEqual(upTo(40).map((n) => n * 2));
      const entries = await take(streamLog.tail(id, 0, never), 80);
      expect(seqsOf(entries)).toEqual(upTo(80));
      const given = entries.flatMap(({ event }) =>
        event.type === 'TokenDelta' && event.text !== '.' ? [event.text] : [],
      );
      expect(given.sort()).toEqual(texts.sort());
    });

    test('fences every earlier attempt once another one has opened the log', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      const first = await streamLog.open(id);
      await streamLog.append(id, first.attempt, [delta('so far')]);
      const second = await streamLog.open(id);
      expect(second).toEqual({
        kind: 'taken',
        text: 'so far',
        reasoning: '',
        toolCalls: [],
        lastSeq: 1,
        attempt: 2,
        ended: false,
        stopRequested: false,
      });
      await expect(streamLog.append(id, first.attempt, [delta('late')])).rejects.toBeInstanceOf(FencedError);
      await expect(streamLog.renew(id, first.attempt)).rejects.toBeInstanceOf(FencedError);
      expect((await streamLog.append(id, second.attempt, [delta(', on')])).lastSeq).toBe(2);
      expect((await streamLog.snapshot(id))?.text).toBe('so far, on');
    });

    test('throws LogGoneError for a log that does not exist, even where a stop of it is known', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await expect(streamLog.append(id, 1, [delta('x')])).rejects.toBeInstanceOf(LogGoneError);
      await streamLog.requestStop(id);
      await expect(streamLog.append(id, 1, [delta('x')])).rejects.toBeInstanceOf(LogGoneError);
      await expect(streamLog.renew(id, 1)).rejects.toBeInstanceOf(LogGoneError);
    });

    test('refuses an append that does not follow the entry that its writer knows', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      expect((await streamLog.append(id, 1, [delta('a')], 0)).lastSeq).toBe(1);
      await expect(streamLog.append(id, 1, [delta('b')], 0)).rejects.toBeInstanceOf(FencedError);
      expect((await streamLog.append(id, 1, [delta('b')], 1)).lastSeq).toBe(2);
    });

    test('refuses appends after the end, and does not change an ended log when it is opened', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      await streamLog.append(id, 1, [delta('all'), completed]);
      await expect(streamLog.append(id, 1, [delta('more')])).rejects.toBeInstanceOf(FencedError);
      await expect(streamLog.renew(id, 1)).rejects.toBeInstanceOf(FencedError);
      const ended = {
        kind: 'ended',
        text: 'all',
        reasoning: '',
        toolCalls: [],
        lastSeq: 2,
        attempt: 1,
        ended: true,
        stopRequested: false,
      };
      expect(await streamLog.open(id)).toEqual(ended);
      expect(await streamLog.open(id)).toEqual(ended);
      expect(seqsOf(await take(streamLog.tail(id, 0, never)))).toEqual([1, 2]);
    });

    test('refuses an append without events, and one that continues after its terminal event', async () => {
      await using fixture = await openFixture();
      const id = randomUUID();
      await fixture.streamLog.open(id);
      await expect(fixture.streamLog.append(id, 1, [])).rejects.toBeInstanceOf(RangeError);
      await expect(fixture.streamLog.append(id, 1, [completed, delta('x')])).rejects.toBeInstanceOf(RangeError);
      expect((await fixture.streamLog.snapshot(id))?.lastSeq).toBe(0);
    });

    test('is leased while a writer opens, appends or renews, and no longer', async () => {
      await using fixture = await openFixture({ leaseMs: 300 });
      const { streamLog } = fixture;
      const id = randomUUID();
      expect(await streamLog.leased(id)).toBe(false);
      await streamLog.open(id);
      for (const hold of [() => streamLog.append(id, 1, [delta('x')]), () => streamLog.renew(id, 1)]) {
        expect(await streamLog.leased(id)).toBe(true);
        await vi.waitFor(async () => expect(await streamLog.leased(id)).toBe(false), { timeout: 5000 });
        await hold();
      }
      expect(await streamLog.leased(id)).toBe(true);
    });

    test('expires after its time to live', async () => {
      await using fixture = await openFixture({ ttlMs: 200 });
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      await streamLog.append(id, 1, [delta('x'), completed]);
      await vi.waitFor(async () => expect(await streamLog.snapshot(id)).toBeUndefined(), { timeout: 5000 });
      expect((await streamLog.open(id)).lastSeq).toBe(0);
    });

    test('outlives its time to live while nobody is to write, in another process too', async () => {
      await using fixture = await openFixture({ ttlMs: 200 });
      const { streamLog } = fixture;
      const [kept, short] = [randomUUID(), randomUUID()];
      for (const id of [kept, short]) {
        await streamLog.open(id);
        await streamLog.append(id, 1, [delta('x')]);
      }
      await streamLog.release(kept, 1, 60_000);
      await streamLog.release(short, 1);
      await vi.waitFor(async () => expect(await streamLog.snapshot(short)).toBeUndefined(), { timeout: 5000 });
      expect(await (await fixture.reopen()).snapshot(kept)).toMatchObject({ text: 'x' });
      expect(await streamLog.open(kept, { count: 1, since: 0, mayHaveEnded: true })).toMatchObject({ attempt: 2 });
      await vi.waitFor(async () => expect(await streamLog.snapshot(kept)).toBeUndefined(), { timeout: 5000 });
    });

    test('continues in another process with the same entries and the same seqs', async () => {
      await using fixture = await openFixture();
      const id = randomUUID();
      await fixture.streamLog.open(id);
      await fixture.streamLog.append(id, 1, [delta('before '), delta('the kill')]);
      const before = await take(fixture.streamLog.tail(id, 0, never), 2);
      const streamLog = await fixture.reopen();
      const opened = await streamLog.open(id);
      expect(opened).toEqual({
        kind: 'taken',
        text: 'before the kill',
        reasoning: '',
        toolCalls: [],
        lastSeq: 2,
        attempt: 2,
        ended: false,
        stopRequested: false,
      });
      await streamLog.append(id, 2, [delta(', after'), completed]);
      expect((await take(streamLog.tail(id, 0, never))).slice(0, 2)).toEqual(before);
      expect(seqsOf(await take(streamLog.tail(id, 2, never)))).toEqual([3, 4]);
    });
  });

  tailContract(name, openFixture);
  snapshotContract(name, openFixture);
  takeoverContract(name, openFixture);

  describe(`${name} stream log, stopping`, () => {
    test('returns a stop with every append and renewal from then on', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      expect((await streamLog.renew(id, 1)).stopRequested).toBe(false);
      await (await fixture.reopen()).requestStop(id);
      const writer = name.startsWith('embedded') ? await fixture.reopen() : streamLog;
      expect((await writer.append(id, 1, [delta('x')])).stopRequested).toBe(true);
      expect((await writer.renew(id, 1)).stopRequested).toBe(true);
      expect((await writer.open(id)).stopRequested).toBe(true);
    });

    test('calls back once, for a later stop and for an earlier one', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      const before = vi.fn();
      const closed = vi.fn();
      await streamLog.onStop(id, before);
      await (await streamLog.onStop(id, closed))();
      await streamLog.requestStop(id);
      await streamLog.requestStop(id);
      await vi.waitFor(() => expect(before).toHaveBeenCalledTimes(1));
      const after = vi.fn();
      await streamLog.onStop(id, after);
      await vi.waitFor(() => expect(after).toHaveBeenCalledTimes(1));
      await streamLog.requestStop(id);
      await streamLog.append(id, 1, [completed]);
      expect([before, after, closed].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0]);
    });

    test('remembers a stop that was requested before the log was opened', async () => {
      await using fixture = await openFixture();
      const id = randomUUID();
      await fixture.streamLog.requestStop(id);
      const streamLog = await fixture.reopen();
      expect(await streamLog.open(id)).toMatchObject({ attempt: 1, stopRequested: true });
    });

    test('does not change a log that has ended', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      await streamLog.append(id, 1, [completed]);
      await streamLog.requestStop(id);
      expect(await streamLog.snapshot(id)).toMatchObject({ ended: true, stopRequested: false });
    });
  });

  test(`${name} stream log responds to a ping`, async () => {
    await using fixture = await openFixture();
    await expect(fixture.streamLog.ping()).resolves.toBeUndefined();
  });
};
