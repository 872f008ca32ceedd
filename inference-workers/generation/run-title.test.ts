import { expect, test } from 'vitest';
import { titleFromQuestion } from '../prompt/title-from-question.ts';
import { cleanTitle } from './run-title.ts';

test.each([
  ['"Keeping Bees in Winter."', 'Keeping Bees in Winter'],
  ['\n\n  **Title: Keeping   bees** \nand more', 'Keeping bees'],
  ['# „Bienen im Winter“', 'Bienen im Winter'],
  ['Bees\u0000\u200b\u202e evil', 'Bees evil'],
  ['   \n \n', ''],
  ['word '.repeat(40), `${'word '.repeat(15)}word…`],
])("the model's %j becomes the title %j", (text, title) => {
  expect(cleanTitle(text)).toBe(title);
  expect([...cleanTitle(text)].length).toBeLessThanOrEqual(80);
});

test('a title is made of the beginning of a text, however long the text is', () => {
  const signs = '"'.repeat(400_000);
  expect(cleanTitle(`a${signs}b`)).toBe('a');
  expect(cleanTitle(`${'\n'.repeat(400_000)}Late`)).toBe('');
  expect(titleFromQuestion(`why${'!'.repeat(400_000)}x`)).toBe('Why');
  expect(titleFromQuestion(`${' '.repeat(400_000)}why?`)).toBe('Why');
});

test.each([
  ['why is the sky blue?', 'Why is the sky blue'],
  ['one two three four five six seven eight nine', 'One two three four five six seven eight…'],
  ['x'.repeat(200), `X${'x'.repeat(78)}…`],
  [' \n ', 'New conversation'],
])('the question %j gives the title %j', (question, title) => {
  expect(titleFromQuestion(question)).toBe(title);
});
