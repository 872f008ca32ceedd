import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readArchive } from '../read-archive.fixture.ts';
import { type ZipEntry, zipStream } from './zip-stream.ts';

async function* pieces(...parts: readonly (string | Buffer)[]) {
  yield* parts;
}
async function* entriesOf(...entries: readonly ZipEntry[]) {
  yield* entries;
}
const at = new Date('2026-11-30T10:20:30Z');
test('every entry is found as it was written', async () => {
  const long = 'Grüße, 世界! '.repeat(100_000);
  const archive = zipStream(
    entriesOf(
      { name: 'ein Ordner/Grüße.json', at, chunks: pieces('{"a":', Buffer.from('1}')) },
      { name: 'empty.txt', at, chunks: pieces() },
      { name: 'long.txt', at, chunks: pieces(...(long.match(/[\s\S]{1,10000}/g) ?? [])) },
    ),
  );
  const entries = await readArchive(await buffer(archive));
  expect([...entries]).toEqual([
    ['ein Ordner/Grüße.json', '{"a":1}'],
    ['empty.txt', ''],
    ['long.txt', long],
  ]);
});

test('the fault of an entry ends the archive', async () => {
  async function* broken() {
    yield 'the beginning';
    throw new Error('the store is away');
  }
  const archive = zipStream(entriesOf({ name: 'a', at, chunks: broken() }));
  await expect(buffer(archive)).rejects.toThrow('the store is away');
});
