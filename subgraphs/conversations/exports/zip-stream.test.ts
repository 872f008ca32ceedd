import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { type ZipEntry, zipStream } from './zip-stream.ts';

async function* pieces(...parts: readonly (string | Buffer)[]) {
  yield* parts;
}
async function* entriesOf(...entries: readonly ZipEntry[]) {
  yield* entries;
}
const at = new Date('2026-11-30T10:20:30Z');
/** What Python's zipfile, which nobody here wrote, makes of an archive. */
const readScript = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[e.filename, list(e.date_time), archive.read(e).decode('utf-8')] for e in archive.infolist()]))
`;

test('another reader finds every entry as it was written', async () => {
  await using directory = await createDirectory();
  const path = join(directory.path, 'archive.zip');
  const long = 'Grüße, 世界! '.repeat(100_000);
  const archive = zipStream(
    entriesOf(
      { name: 'ein Ordner/Grüße.json', at, chunks: pieces('{"a":', Buffer.from('1}')) },
      { name: 'empty.txt', at, chunks: pieces() },
      { name: 'long.txt', at, chunks: pieces(...(long.match(/[\s\S]{1,10000}/g) ?? [])) },
    ),
  );
  await writeFile(path, await buffer(archive));
  const { stdout, stderr } = spawnSync('python3', ['-c', readScript, path], { encoding: 'utf8', maxBuffer: 1e8 });
  expect(stderr).toBe('');
  const time = [2026, 11, 30, 10, 20, 30];
  expect(JSON.parse(stdout)).toEqual([
    ['ein Ordner/Grüße.json', time, '{"a":1}'],
    ['empty.txt', time, ''],
    ['long.txt', time, long],
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
