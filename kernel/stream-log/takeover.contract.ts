/** The contract of stream-log.ts about a change of writers and the loss of a log, as tests for every adapter. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openTaken } from './open-taken.fixture.ts';
import { FencedError, LogGoneError } from './stream-log.ts';
import { completed, delta, never, type OpenStreamLogFixture, seqsOf, take } from './tail.contract.ts';

export const takeoverContract = (name: string, openFixture: OpenStreamLogFixture): void => {
  describe(`${name} stream log, changing hands`, () => {
    test('restores a lost log with the same seqs, keeps the stop, and continues', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const [id, other] = [randomUUID(), randomUUID()];
      await streamLog.open(other);
      await streamLog.append(other, 1, [
        delta('one '),
        { type: 'MessageReset', reason: 'MODEL_REPLACED' },
        delta('two'),
      ]);
      const entries = await streamLog.entries(other);
      expect(seqsOf(entries)).toEqual([1, 2, 3]);
      const following = take(streamLog.tail(id, 0, never));
      const held = { attempt: 3, entries, lastSeq: 3, stopRequested: true };
      expect(await streamLog.restore(id, held)).toEqual({ lastSeq: 3, stopRequested: true });
      expect(await streamLog.restore(id, held)).toEqual({ lastSeq: 3, stopRequested: true });
      expect(await streamLog.snapshot(id)).toEqual({
        text: 'two',
        reasoning: '',
        toolCalls: [],
        lastSeq: 3,
        attempt: 3,
        ended: false,
        stopRequested: true,
      });
      await streamLog.append(id, 3, [completed], 3);
      expect(await following).toEqual([...entries, { seq: 4, event: completed }]);
    });

    test('leaves a writer that holds the lease alone, until it releases it or has ended', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      const earlier = { count: 1, since: Date.now() + 60_000 };
      expect(await streamLog.open(id, earlier)).toMatchObject({ lastSeq: 0 });
      const { attempt } = await streamLog.open(id);
      expect(await streamLog.open(id, earlier)).toEqual({ kind: 'busy', attempt });
      await streamLog.release(id, attempt - 1);
      expect(await streamLog.open(id, earlier)).toEqual({ kind: 'busy', attempt });
      expect((await streamLog.append(id, attempt, [delta('a')])).lastSeq).toBe(1);
      await streamLog.release(id, attempt);
      const next = await openTaken(streamLog, id, earlier);
      expect(next).toEqual({
        kind: 'taken',
        text: 'a',
        reasoning: '',
        toolCalls: [],
        lastSeq: 1,
        attempt: attempt + 1,
        ended: false,
        stopRequested: false,
      });
      await streamLog.append(id, next.attempt, [completed]);
      expect(await streamLog.open(id, earlier)).toMatchObject({ kind: 'ended', ended: true });
    });

    test('keeps a sealed result for the next writer, and accepts none from a fenced writer or after another entry', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await expect(streamLog.seal(id, 1, '{}', 0)).rejects.toBeInstanceOf(LogGoneError);
      await streamLog.open(id);
      await streamLog.append(id, 1, [delta('a')]);
      await expect(streamLog.seal(id, 1, '{"late":1}', 0)).rejects.toBeInstanceOf(FencedError);
      expect(await streamLog.seal(id, 1, '{"result":"é"}', 1)).toEqual({ lastSeq: 1, stopRequested: false });
      const streamLogOfNext = await fixture.reopen();
      expect(await streamLogOfNext.open(id)).toMatchObject({ attempt: 2, sealed: '{"result":"é"}' });
      await expect(streamLogOfNext.seal(id, 1, '{}', 1)).rejects.toBeInstanceOf(FencedError);
    });

    test('does not restore a lost log that somebody else has opened meanwhile', async () => {
      await using fixture = await openFixture();
      const { streamLog } = fixture;
      const id = randomUUID();
      await streamLog.open(id);
      const entries = [{ seq: 1, event: delta('a') }];
      const restoring = streamLog.restore(id, { attempt: 1, entries, lastSeq: 1, stopRequested: false });
      await expect(restoring).rejects.toBeInstanceOf(FencedError);
      expect((await streamLog.snapshot(id))?.lastSeq).toBe(0);
    });
  });
};
