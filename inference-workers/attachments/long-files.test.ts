/** What prompts have of files that are longer than the room for them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textKey } from '#contracts/blob-keys.ts';
import type { ExtractedPage } from '#contracts/extracted-text.ts';
import type { PromptMessage } from '#contracts/generation-job.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { createDirectoryBlobs } from '#kernel/blobs/directory-blobs.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { cutPassages, joinPassages } from './cut-passages.ts';
import { loadAttachments } from './load-attachments.ts';

let blobs: Blobs;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  blobs = createDirectoryBlobs(stack.use(await createDirectory()).path);
});
afterAll(() => stack.disposeAsync());

const tenantId = randomUUID();
const store = async (pages: readonly ExtractedPage[]): Promise<string> => {
  const fileId = randomUUID();
  await blobs.put(textKey({ tenantId, fileId }), Buffer.from(JSON.stringify({ pages })), 'application/json');
  return fileId;
};
/** What a prompt shows of a file for the last of these messages, which has it attached. */
const shownFor = async (fileId: string, characters: number, ...said: readonly string[]): Promise<string> => {
  const attachments = [{ fileId, name: 'f', kind: 'DOCUMENT' as const, characters }];
  const history: PromptMessage[] = said.map((content, index) => ({
    role: (said.length - index) % 2 === 1 ? 'USER' : 'ASSISTANT',
    content,
  }));
  const question = history.pop();
  if (question === undefined) throw new Error('there is no question');
  const loaded = await loadAttachments(blobs, { tenantId, history: [...history, { ...question, attachments }] });
  const [attachment] = loaded.at(-1)?.loaded ?? [];
  if (attachment === undefined || !('text' in attachment)) throw new Error('the file is not there');
  expect(attachment.text.length).toBeLessThanOrEqual(Math.max(characters, 2));
  return attachment.text;
};

const filler = (page: number): string =>
  Array.from({ length: 30 }, (_, line) => `Line ${line} of part ${page} is about nothing that anybody asks for.`).join(
    '\n',
  );
const manual = (count: number): ExtractedPage[] => [
  { page: 1, heading: 'Manual of the pump P-20', text: `Made in Bonn.\n\n${filler(1)}` },
  ...Array.from({ length: count - 2 }, (_, index) => ({ page: index + 2, text: filler(index + 2) })),
  { page: count, heading: 'Faults', text: `${filler(count)}\n\nE-4711: the rotor is blocked. Turn the shaft by hand.` },
];

test('the answer at the end of a long file is shown, behind its beginning, with its page and marks of what is left out', async () => {
  const file = await store(manual(200));
  const text = await shownFor(file, 6_000, 'What does E4711 mean?');
  expect(text).toMatch(/^\[page 1\]\nManual of the pump P-20\nMade in Bonn\./);
  expect(text).toContain('\n\n[...]\n\n[page 200]\nFaults\n');
  expect(text).toContain('E-4711: the rotor is blocked. Turn the shaft by hand.');
  const pages = [...text.matchAll(/\[page (\d+)\]/g)].map(([, page]) => Number(page));
  expect(pages).toEqual(pages.toSorted((one, other) => one - other));
  expect(await shownFor(file, 6_000, 'What does E4711 mean?')).toBe(text);
  const other = await shownFor(file, 6_000, 'Where was it made?');
  expect(other).not.toContain('E-4711');
});

test('a question that refers to what was said is compared with that too', async () => {
  const file = await store(manual(200));
  expect(await shownFor(file, 3_000, 'And why?')).not.toContain('rotor');
  expect(await shownFor(file, 3_000, 'I see E-4711.', 'The pump has a fault.', 'And why?')).toContain('rotor');
});

test.each(['Summarise this file, please.', 'Worum geht es in diesem Dokument? Fasse kurz zusammen.', '!?'])(
  '"%s" gets the beginning and parts from all over the file',
  async (question) => {
    const said = `${question} `.repeat(20);
    const repeating = manual(200).map((page) =>
      page.page !== null && page.page >= 90 && page.page <= 110 ? { ...page, text: said + page.text } : page,
    );
    const text = await shownFor(await store(repeating), 12_000, question);
    expect(text).toMatch(/^\[page 1\]\nManual/);
    const pages = [...text.matchAll(/\[page (\d+)\]/g)].map(([, page]) => Number(page));
    for (const from of [1, 41, 81, 121, 161]) {
      expect(pages.some((page) => page >= from && page < from + 40)).toBe(true);
    }
    expect(text.length).toBeGreaterThan(8_000);
  },
);

test('a file that fits is shown whole, with the bytes that it always had', async () => {
  const file = await store([
    { page: 1, heading: 'One', text: '  a\n\tb' },
    { page: null, text: 'c' },
  ]);
  expect(await shownFor(file, 200, 'E-4711?')).toBe('[page 1]\nOne\n  a\n\tb\n\nc');
});

test('passages that follow each other read as the file does, down to spaces and half characters', () => {
  for (const piece of ['a', 'a b', '漢字。', '😀', ' x\n', 'one. two! ', '\ud800', 'word\n\n']) {
    const pages = [
      { page: 1, text: `x${piece.repeat(5_000 / piece.length)}` },
      { page: 2, heading: 'H', text: piece.repeat(700 / piece.length) },
    ];
    const passages = cutPassages(pages, 500);
    expect(passages.length).toBeGreaterThan(10);
    for (const { size } of passages) expect(size).toBeLessThanOrEqual(600);
    const all = new Set(passages.keys());
    expect(joinPassages(passages, all)).toBe(`[page 1]\n${pages[0]?.text}\n\n[page 2]\nH\n${pages[1]?.text}`);
    const texts = passages.flatMap(({ pieces }) => pieces.map(({ text }) => text));
    if (piece === '😀') for (const text of texts) expect(text.isWellFormed()).toBe(true);
  }
});

test('hostile texts take what a text of their length takes, and no more room than there is', async () => {
  const hostile = ['a', 'a ', '漢', 'ﷺ', '-_./', '\u0301', 'E-4711 ', '😀', '\n'];
  for (const piece of hostile) {
    const file = await store([{ page: 1, text: piece.repeat(1_000_000 / piece.length) }]);
    const text = await shownFor(file, 20_000, `What is E-4711 ${piece.repeat(50)}?`);
    expect(text.length).toBeGreaterThan(15_000);
  }
  const tiny = Array.from({ length: 5_000 }, (_, index) => ({
    page: index + 1,
    heading: 'h'.repeat(3_000),
    text: 'x',
  }));
  const ofTiny = await shownFor(await store(tiny), 20_000, 'x');
  expect(ofTiny).toMatch(/^\[page 1\]\nhhh/);
  expect(ofTiny.match(/\[page/g)?.length).toBeGreaterThan(50);
  // A text that fits may have more numbers of pages than words.
  const numbered = tiny.map(({ page }) => ({ page, text: 'x' }));
  expect(await shownFor(await store(numbered), 5_000, 'x')).toContain('[...]');
  for (const room of [0, 1, 150, 250]) await shownFor(await store(manual(20)), room, 'E-4711');
});
