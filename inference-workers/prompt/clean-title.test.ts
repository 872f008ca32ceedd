import { expect, test } from 'vitest';
import { cleanTitle, titleFromQuestion } from './clean-title.ts';

test.each([
  ['"Keeping Bees in Winter."', 'Keeping Bees in Winter'],
  ['\n\n  **Title: Keeping   bees** \nand more', 'Keeping bees'],
  ['Title: "Bees"', 'Bees'],
  ['# „Bienen im Winter“', 'Bienen im Winter'],
  ['「冬の蜂」', '冬の蜂'],
  ['Bees\u0000\u200b\u202e evil', 'Bees evil'],
  ['   \n \n', ''],
  ['word '.repeat(40), `${'word '.repeat(15)}word…`],
  ['<think>\nThe user wants a title.\n</think>\n\nKeeping bees', 'Keeping bees'],
  ['The user wants a title.\n</think>\nKeeping bees', 'Keeping bees'],
  ['<thinking>first</thinking><think>second</think>"Bees"', 'Bees'],
  ['<think>I go on and on', ''],
  ['```\nKeeping bees\n```', 'Keeping bees'],
  ['```text\n```', ''],
  ['{"title": "Bees"}', ''],
  ['<title>Bees</title>', ''],
  ['“””"', ''],
  ['کتاب\u200cخانه‌ها', 'کتاب\u200cخانه‌ها'],
  ['👨\u200d👩\u200d👧\u200d👦 Family', '👨\u200d👩\u200d👧\u200d👦 Family'],
  ['\u200dBees\u200c', 'Bees'],
])("the model's %j becomes the title %j", (text, title) => {
  expect(cleanTitle(text)).toBe(title);
  expect([...cleanTitle(text)].length).toBeLessThanOrEqual(80);
});

test('a long title is cut between emoji, not inside one', () => {
  const family = '👨\u200d👩\u200d👧\u200d👦';
  expect(cleanTitle(family.repeat(30))).toBe(`${family.repeat(11)}…`);
});

test('a title is made of the beginning of a text, however long the text is', () => {
  const signs = '"'.repeat(400_000);
  expect(cleanTitle(`a${signs}b`)).toBe('a');
  expect(cleanTitle(`${'\n'.repeat(400_000)}Late`)).toBe('');
  expect(cleanTitle('<think>'.repeat(400_000))).toBe('');
  expect(titleFromQuestion(`why${'!'.repeat(400_000)}x`)).toBe('Why');
  expect(titleFromQuestion(`${' '.repeat(400_000)}why?`)).toBe('Why');
});

test.each([
  ['why is the sky blue?', 'Why is the sky blue'],
  ['one two three four five six seven eight nine', 'One two three four five six seven eight…'],
  ['x'.repeat(200), `X${'x'.repeat(78)}…`],
  [' \n ', 'New conversation'],
  ['```js\nlet a = 1\n```\nwhat is wrong?', 'Let a = 1 what is wrong'],
  ['"Quoted" words', 'Quoted" words'],
  ['کتاب\u200cخانه\u202e', 'کتاب\u200cخانه'],
])('the question %j gives the title %j', (question, title) => {
  expect(titleFromQuestion(question)).toBe(title);
});
