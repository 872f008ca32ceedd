/** How the room for attached files is shared out among the messages of a branch. */
import { expect, test } from 'vitest';
import { maxAttachedPictures } from '#contracts/generation-job.ts';
import { attachedCharacters, shareOutAttachments } from './attached-text.ts';

const text = (fileId: string, textLength: number) => ({ fileId, name: fileId, kind: 'TEXT' as const, textLength });
const picture = (fileId: string) => ({ fileId, name: fileId, kind: 'IMAGE' as const, textLength: null });

test('the newest messages come first, and all texts together leave half of the smallest window', () => {
  const characters = attachedCharacters([{ contextWindow: 8_000 }, { contextWindow: 1_000 }]);
  expect(characters).toBe(2_000);
  const branch = [{ attachments: [text('old', 900)] }, {}, { attachments: [text('a', 1_500), text('b', 400)] }];
  const shared = shareOutAttachments(branch, characters);
  expect(
    [...shared].map(([place, files]) => [place, ...files.map(({ fileId, characters: taken }) => [fileId, taken])]),
  ).toEqual([
    [2, ['a', 1_500], ['b', 400]],
    [0, ['old', 100]],
  ]);
});

test('of pictures, the newest ones count', () => {
  const many = Array.from({ length: maxAttachedPictures }, (_, index) => picture(`new ${index}`));
  const shared = shareOutAttachments([{ attachments: [picture('old'), text('t', 5)] }, { attachments: many }], 100);
  expect(shared.get(1)).toHaveLength(maxAttachedPictures);
  expect(shared.get(0)).toEqual([{ fileId: 't', name: 't', kind: 'TEXT', characters: 5 }]);
});

test('long texts of one message get equal shares, and what a short one leaves', () => {
  const files = [text('long', 900_000), text('short', 100), picture('p'), text('longer', 4_000_000)];
  const shared = shareOutAttachments([{ attachments: files }], 1_001);
  expect(shared.get(0)?.map(({ characters }) => characters)).toEqual([450, 100, undefined, 451]);
});
