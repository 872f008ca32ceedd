import { expect, test } from 'vitest';
import { citedNumbers, createCitationReader } from './citations.ts';

const numbersTo = (count: number): ReadonlySet<number> =>
  new Set(Array.from({ length: count }, (_, index) => index + 1));

const whole = (text: string, count: number): string => {
  const reader = createCitationReader(numbersTo(count));
  return reader.take(text) + reader.end();
};

const texts: readonly (readonly [string, string])[] = [
  ['Three months [1].', 'Three months [1].'],
  ['Three months [7].', 'Three months.'],
  ['Both [1, 2], all [1-3] and some [2; 9].', 'Both [1][2], all [1][2][3] and some [2].'],
  ['None [0] [4] [999] left', 'None left'],
  [
    'In code `list[7]` and\n```js\na[9] = b[1]\n```\nafter [9] it',
    'In code `list[7]` and\n```js\na[9] = b[1]\n```\nafter it',
  ],
  ['[^1] [a] [ ] [] [1 [2] x[3]', '[^1] [a] [ ] [] [1 [2] x[3]'],
  ['ends with [1', 'ends with [1'],
  ['ends with [12', 'ends with [12'],
  ['- [ ] a task, - [x] another', '- [ ] a task, - [x] another'],
  ['an open ` tick\n\nand [9] then [2]', 'an open ` tick\n\nand then [2]'],
  ['東京[1]、大阪[8]。', '東京[1]、大阪。'],
];

test('writes each citation as [n], drops those without a passage, and leaves everything else as it is', () => {
  for (const [written, shown] of texts) expect(whole(written, 3)).toBe(shown);
});

test('gives the same text however it is divided, character by character too', () => {
  for (const [written, shown] of texts) {
    const reader = createCitationReader(numbersTo(3));
    let text = '';
    for (const character of written) text += reader.take(character);
    expect(text + reader.end()).toBe(shown);
    for (let cut = 1; cut < written.length; cut += 1) {
      const first = createCitationReader(numbersTo(3));
      const begun = first.take(written.slice(0, cut)) + first.end();
      // Another worker goes on: what was held back is in the text, so only a marker that was cut stays as it was.
      if (/\[[\d\s,;-]*$/.test(written.slice(0, cut))) continue;
      if (written.slice(0, cut).endsWith(' ')) continue;
      const next = createCitationReader(numbersTo(3), begun);
      expect(begun + next.take(written.slice(cut)) + next.end()).toBe(shown);
    }
  }
});

test('holds back a bounded number of characters, and takes linear time', () => {
  for (const piece of ['[', '[1', ' ', '[1,', '`', '[1]', '1']) {
    const reader = createCitationReader(numbersTo(3));
    let shown = 0;
    for (let count = 1; count <= 20_000; count += 1) shown += reader.take(piece).length;
    expect(reader.end().length).toBeLessThanOrEqual(48);
    expect(shown).toBeGreaterThan(0);
  }
});

test('finds the numbers that a text cites, outside code', () => {
  expect(citedNumbers('A [2], B [1] and [2]; `c[3]`.\n```\n[4]\n```\n[5]')).toEqual([2, 1, 5]);
});
