/**
 * What is committed beside the migrations is what they lead to, and no function changes under a revision that is out.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { recordMigrations, recordRevisions } from '../../scripts/record-migrations.ts';

const root = join(import.meta.dirname, '../..');

test('the committed schemas and revisions of functions are current (npm run migrations writes them)', async () => {
  const recordings = await recordMigrations();
  expect(recordings.length).toBeGreaterThan(6);
  for (const recording of recordings) {
    if ('refused' in recording) throw new Error(recording.refused);
    expect(await readFile(join(root, recording.file), 'utf8'), recording.file).toBe(recording.text);
  }
});

test('a function whose text changed is refused until its revision is raised', async () => {
  await using directory = await createDirectory();
  const folder = join(directory.path, 'functions');
  await mkdir(folder);
  const write = (revision: number, text: string) =>
    writeFile(join(folder, 'f.sql'), `-- revision ${revision}\n${text}\n`);
  await write(1, 'select 1');
  const first = await recordRevisions(directory.path, 'functions');
  if ('refused' in first) throw new Error(first.refused);
  await writeFile(join(directory.path, first.file), first.text);
  expect(await recordRevisions(directory.path, 'functions')).toEqual(first);
  await write(1, 'select 2');
  expect(await recordRevisions(directory.path, 'functions')).toEqual({
    refused: 'functions/f.sql changed: raise its revision above 1.',
  });
  await write(2, 'select 2');
  expect(await recordRevisions(directory.path, 'functions')).toMatchObject({ text: expect.stringMatching(/^f 2 /) });
  await writeFile(join(folder, 'f.sql'), 'select 2');
  await expect(recordRevisions(directory.path, 'functions')).rejects.toThrow('does not begin with');
});
