/** What an archive may unpack to, beside what its text may be. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { zipOf } from '../sample-files.fixture.ts';
import { openZipArchive } from './zip-archive.ts';

const megabyte = 1_048_576;
const openArchive = async (stack: AsyncDisposableStack, entries: Parameters<typeof zipOf>[0]) => {
  const directory = stack.use(await createDirectory());
  const path = join(directory.path, 'a.zip');
  await writeFile(path, zipOf(entries));
  return openZipArchive(path);
};

test('an archive has a budget of bytes, which its entries share', async () => {
  await using stack = new AsyncDisposableStack();
  const content = Buffer.alloc(50 * megabyte);
  using archive = await openArchive(stack, [
    { name: 'small', content: 'small' },
    { name: 'one', content },
    { name: 'other', content },
    { name: 'beyond', content },
    { name: 'huge', content: Buffer.alloc(129 * megabyte) },
  ]);
  let unpacked = 0;
  const read = (name: string) =>
    archive.read(name, ({ length }) => {
      unpacked += length;
    });
  await expect(read('huge')).rejects.toMatchObject({ code: 'TOO_LARGE' });
  // It says how large it is, so nothing of it is unpacked.
  expect(unpacked).toBe(0);
  expect(await read('one')).toBe(true);
  expect(await read('other')).toBe(true);
  await expect(read('beyond')).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect(unpacked).toBe(100 * megabyte);
  expect(await read('small')).toBe(true);
  expect(await read('none')).toBe(false);
});

test('an archive has a bound of entries', async () => {
  await using stack = new AsyncDisposableStack();
  const entries = Array.from({ length: 10_001 }, (_, index) => ({ name: String(index), content: '' }));
  using archive = await openArchive(stack, entries.slice(1));
  expect(archive.names).toHaveLength(10_000);
  await expect(openArchive(stack, entries)).rejects.toMatchObject({ code: 'TOO_LARGE' });
});
