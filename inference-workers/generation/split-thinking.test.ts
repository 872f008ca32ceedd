import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createThinkingSplitter } from './split-thinking.ts';

const split = (pieces: readonly string[]) => {
  const splitter = createThinkingSplitter();
  const all = [...pieces.map((piece) => splitter.take(piece)), splitter.end()];
  return {
    reasoning: all.map(({ reasoning }) => reasoning).join(''),
    text: all.map(({ text }) => text).join(''),
  };
};

test.each([
  ['thoughts before the text', '<think>\nhm\n</think>\n\nYes.', '\nhm\n', '\n\nYes.'],
  ['the longer tag', ' \n<thinking>hm</think></thinking>Yes.', 'hm</think>', 'Yes.'],
  ['thoughts without an end', '<think>hm, </thi', 'hm, </thi', ''],
  ['a tag that other text precedes', 'Use <think>x</think>', '', 'Use <think>x</think>'],
  ['a tag in code', '```\n<think>\n```', '', '```\n<think>\n```'],
  ['a second thought', '<think>a</think>b<think>c</think>', 'a', 'b<think>c</think>'],
  ['another tag', '<thinker>x</thinker>', '', '<thinker>x</thinker>'],
  ['the beginning of a tag', ' <thin', '', ' <thin'],
  ['much white space', `${' '.repeat(17)}<think>x`, '', `${' '.repeat(17)}<think>x`],
  ['empty thoughts', '<think></think>Yes.', '', 'Yes.'],
])('%s: the reasoning is split off only at the beginning', (_, response, reasoning, text) => {
  expect(split([response])).toEqual({ reasoning, text });
  expect(split([...response])).toEqual({ reasoning, text });
});

test('any division of a response into pieces gives the same reasoning and the same text', () => {
  const token = fc.constantFrom(
    ...['<think>', '</think>', '<thinking>', '</thinking>', '<', '</', 'think', '>', ' ', '\n', 'a', '<t', '\u{1f600}'],
  );
  const response = fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(''));
  const cuts = fc.array(fc.nat({ max: 60 }));
  fc.assert(
    fc.property(response, cuts, (whole, at) => {
      const places = [0, ...at.map((one) => Math.min(one, whole.length)).sort((one, other) => one - other)];
      const pieces = places.map((from, index) => whole.slice(from, places[index + 1]));
      expect(pieces.join('')).toBe(whole);
      expect(split(pieces)).toEqual(split([whole]));
    }),
    { numRuns: 2_000 },
  );
});
