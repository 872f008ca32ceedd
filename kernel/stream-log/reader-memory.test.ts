/** The memory of readers, measured on the heap, with readers that have stopped reading while a long reply passes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { pageSize, type TailListener, type TailSource } from './shared-tail.ts';
import type { StreamEntry } from './stream-log.ts';
import { delta, never } from './tail.contract.ts';
import { createTails } from './tail-reader.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

const heapBytes = async (): Promise<number> => {
  if (typeof collectGarbage !== 'function') throw new Error('there is no garbage collector to call');
  for (let run = 0; run < 3; run += 1) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
};

/** A log of any length that stores nothing: entries are made when they are read or published. */
const createEndlessLog = (lengthAtFirst: number) => {
  let length = lengthAtFirst;
  let reads = 0;
  let listener: TailListener | undefined;
  const entryAt = (seq: number): StreamEntry => ({ seq, event: delta(`${seq} ${'x'.repeat(80)}`) });
  const source: TailSource = {
    position: async () => ({ lastSeq: length, ended: false }),
    async read(_logId, afterSeq, limit) {
      reads += 1;
      return Array.from({ length: Math.min(limit, length - afterSeq) }, (_, index) => entryAt(afterSeq + 1 + index));
    },
    async subscribe(_logId, given) {
      listener = given;
      return () => undefined;
    },
  };
  return {
    source,
    reads: () => reads,
    grow() {
      length += 1;
      listener?.live([entryAt(length)]);
    },
  };
};

/** Bytes of heap: a page of the log as objects, and the reader itself. */
const maxBytes = 64 * 1024;
const stalledReaders = 500;
const events = 20_000;

test('a thousand pages pass readers that have stopped: each holds at most one, and costs a quick reader no read', async () => {
  const log = createEndlessLog(pageSize * 4);
  const tail = createTails(log.source);
  const before = await heapBytes();
  const stalled = Array.from({ length: stalledReaders }, () => tail('m', 0, never)[Symbol.asyncIterator]());
  for (const reader of stalled) expect((await reader.next()).value?.seq).toBe(1);
  const quick = tail('m', pageSize * 4, never)[Symbol.asyncIterator]();
  const readsOfStalled = log.reads();
  for (let seq = pageSize * 4 + 1; seq <= events; seq += 1) {
    const next = quick.next();
    log.grow();
    expect((await next).value?.seq).toBe(seq);
  }
  const held = (await heapBytes()) - before;
  expect(held / stalledReaders).toBeLessThan(maxBytes);
  // The log was not read meanwhile, neither for the stalled readers nor for the quick one.
  expect(log.reads()).toBe(readsOfStalled);
  // A reader that resumes continues where it was.
  for (const reader of stalled.slice(0, 3)) expect((await reader.next()).value?.seq).toBe(2);
  for (const reader of [...stalled, quick]) await reader.return?.();
});
