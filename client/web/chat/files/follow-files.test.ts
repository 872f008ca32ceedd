/** Which of the files on a page are followed. */
import type { OwnFile } from '@parlance/client';
import { expect, test } from 'vitest';
import { followedOf } from './follow-files.tsx';

const fileOf = (id: string, status: OwnFile['status']): OwnFile => ({
  ...{ id, status, name: `${id}.txt`, mediaType: 'text/plain', byteSize: 1, kind: 'TEXT', failure: null },
  ...{ pageCount: null, textLength: null, previewUrl: null, createdAt: '2026-11-30T12:00:00.000Z' },
});

test('files that are not read yet are followed, a few at a time and in their order, until none is left', () => {
  const done = [fileOf('ready', 'READY'), fileOf('failed', 'FAILED')];
  let files = [...done, ...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => fileOf(id, 'PROCESSING'))];
  files.splice(3, 0, fileOf('awaited', 'AWAITING_UPLOAD'));
  const seen = new Set<string>();
  for (let followed = followedOf(files); followed.length > 0; followed = followedOf(files)) {
    expect(followed.length).toBeLessThanOrEqual(4);
    const [first] = followed;
    for (const { id } of followed) seen.add(id);
    files = files.map((file) => (file === first ? fileOf(file.id, 'READY') : file));
  }
  expect([...seen]).toEqual(['a', 'awaited', 'b', 'c', 'd', 'e', 'f']);
});
