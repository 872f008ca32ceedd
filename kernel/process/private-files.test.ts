import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { makeNewFilesPrivate, openPrivateDirectory } from './private-files.ts';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test('a directory that others could read is closed, with all that is in it, and links are not followed', async () => {
  await using directory = await createDirectory();
  const [data, inner, file, outside] = ['data', 'data/inner', 'data/inner/file', 'outside'].map((name) =>
    join(directory.path, name),
  );
  if (!data || !inner || !file || !outside) throw new Error('no paths');
  await mkdir(inner, { recursive: true });
  for (const path of [file, outside]) await writeFile(path, 'text');
  for (const path of [data, inner]) await chmod(path, 0o755);
  for (const path of [file, outside]) await chmod(path, 0o644);
  await symlink(outside, join(data, 'link'));
  await openPrivateDirectory(data);
  expect(await Promise.all([data, inner, file].map(modeOf))).toEqual([0o700, 0o700, 0o600]);
  expect(await modeOf(outside)).toBe(0o644);

  // Behind a closed door nothing has to be closed.
  await chmod(file, 0o644);
  await openPrivateDirectory(data);
  expect(await modeOf(file)).toBe(0o644);
  await chmod(data, 0o755);
  await openPrivateDirectory(data);
  expect(await modeOf(file)).toBe(0o600);
});

test('new directories and files are for their user only', async () => {
  await using directory = await createDirectory();
  const before = process.umask();
  try {
    makeNewFilesPrivate();
    const made = join(directory.path, 'a', 'b');
    await openPrivateDirectory(made);
    await writeFile(join(made, 'file'), 'text');
    expect(await Promise.all([join(directory.path, 'a'), made, join(made, 'file')].map(modeOf))).toEqual([
      0o700, 0o700, 0o600,
    ]);
  } finally {
    process.umask(before);
  }
});
