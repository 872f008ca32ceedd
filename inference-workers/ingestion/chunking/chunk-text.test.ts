import { expect, test } from 'vitest';
import { chunkText, chunkTokensOf, mostChunks } from './chunk-text.ts';

const sentence = (number: number): string => `Sentence ${number} says what happens in step ${number} of the procedure.`;
const prose = (count: number): string => Array.from({ length: count }, (_, index) => sentence(index)).join(' ');

test('cuts between sentences, and begins each chunk with the end of the one before', () => {
  const chunks = [...chunkText([{ page: 1, text: prose(120) }])];
  expect(chunks.length).toBeGreaterThan(3);
  for (const [index, chunk] of chunks.entries()) {
    expect(chunkTokensOf(chunk)).toBeLessThanOrEqual(400);
    expect(chunk.text).toMatch(/^Sentence \d+ says.*procedure\.$/s);
    const before = chunks[index - 1];
    if (before) expect(before.text.endsWith(chunk.text.split('. ')[0] ?? 'nothing')).toBe(false);
    if (before) expect(before.text).toContain(chunk.text.split(/(?<=\.) /)[0] ?? 'nothing');
  }
  const all = chunks.map(({ text }) => text).join(' ');
  for (let number = 0; number < 120; number += 1) expect(all).toContain(sentence(number));
});

test('begins a chunk at a heading, which names the chunk with those above it', () => {
  const text = `# Pump P-20\n\n${prose(8)}\n\n## Faults\n\n${prose(9)}\n\n### E-4711\n\n${prose(8)}\n\n## Care\n\n${prose(8)}`;
  const chunks = [...chunkText([{ page: null, heading: 'Manual', text }])];
  expect(chunks.map(({ heading }) => heading)).toEqual([
    'Manual › Pump P-20',
    'Manual › Pump P-20 › Faults',
    'Manual › Pump P-20 › Faults › E-4711',
    'Manual › Pump P-20 › Care',
  ]);
});

test('never joins pages, and keeps rows whole under the header of their table', () => {
  const rows = Array.from({ length: 200 }, (_, index) => `| E-${4700 + index} | Valve ${index} does not close |`);
  const table = ['| Code | Meaning |', '|---|---|', ...rows].join('\n');
  const chunks = [
    ...chunkText([
      { page: 1, text: 'One page.' },
      { page: 2, text: table },
    ]),
  ];
  expect(chunks[0]).toEqual({ page: 1, heading: '', text: 'One page.' });
  const tables = chunks.slice(1);
  expect(tables.length).toBeGreaterThan(2);
  for (const { page, text } of tables) {
    expect(page).toBe(2);
    expect(text.split('\n')[0]).toBe('| Code | Meaning |');
    expect(
      text
        .split('\n')
        .slice(1)
        .every((row) => rows.includes(row)),
    ).toBe(true);
  }
  expect(tables.flatMap(({ text }) => text.split('\n').slice(1))).toEqual(rows);
});

test('ends sentences as the languages do, and not at abbreviations, numbers and dates', () => {
  const german = 'Die Frist gem. Art. 5 Abs. 2 endet z.B. am 3. Mai oder nach 2.5 Jahren. ';
  for (const { text } of chunkText([{ page: 1, text: german.repeat(60) }]))
    expect(text).toMatch(/^(?:Die Frist gem\. Art\. 5 Abs\. 2 endet z\.B\. am 3\. Mai oder nach 2\.5 Jahren\.\s?)+$/);
  const chinese = `${'这是第一句话。'.repeat(70)}`;
  for (const { text } of chunkText([{ page: 1, text: chinese }])) expect(text).toMatch(/^(?:这是第一句话。\s?)+$/);
});

test('takes linear time on hostile text, loses nothing of it, and stops at the bound', () => {
  const texts = ['a', 'a.', '|', '# ', '\n', '\t', '. ', '漢', '😀', '§ 1 ', '1.', '\ud800', '[', ' \n', 'a b'];
  for (const piece of texts) {
    const text = piece.repeat(200_000 / piece.length);
    const chunks = [...chunkText([{ page: 1, text }])];
    expect(chunks.length).toBeLessThanOrEqual(mostChunks);
    for (const chunk of chunks.slice(0, 10)) expect(chunkTokensOf(chunk)).toBeLessThanOrEqual(500);
  }
  const letters = [...chunkText([{ page: 1, text: 'ab'.repeat(100_000) }])];
  expect(letters.map(({ text }) => text).join('')).toBe('ab'.repeat(100_000));
  expect([...chunkText(Array.from({ length: mostChunks + 1 }, () => ({ page: 1, text: 'Word.' })))]).toHaveLength(
    mostChunks,
  );
});
