import { expect, test } from 'vitest';
import { maxSummaryCharacters } from '#contracts/broker-events.ts';
import { cleanSummary, readSummaryChars } from './clean-summary.ts';

test.each([
  ['<summary>\nAda keeps bees.\n</summary>', 'Ada keeps bees.'],
  ['Here it is:\n<summary>Ada keeps bees.</summary>\nAnything else?', 'Ada keeps bees.'],
  ['<SUMMARY>Ada\r\n\r\n\r\n\r\nkeeps bees.</SUMMARY>', 'Ada\n\nkeeps bees.'],
  ['<summary>Ada <summary>keeps\u0000 bees\u202e.</summary>', 'Ada keeps bees.'],
])('of %j the summary is %j', (response, summary) => {
  expect(cleanSummary(response, false)).toBe(summary);
});

test.each([
  '',
  'Ada keeps bees.',
  '502 Bad Gateway',
  '{"error":{"message":"overloaded"}}',
  '<summary></summary>',
  '<summary>…</summary>',
  '<summary>Ada keeps bees.',
  "<summary>I'm sorry, but I can't help with that.</summary>",
  '<summary>I am sorry, said the model.</summary>',
  '<summary>I cannot summarise this conversation.</summary>',
  '<summary>Es tut mir leid, das geht nicht.</summary>',
  '<summary>Ich kann dabei nicht helfen.</summary>',
  '<summary>Je suis désolé.</summary>',
  '<summary>Lo siento, no puedo.</summary>',
  '<summary>申し訳ありません。</summary>',
  '<summary>К сожалению, я не могу.</summary>',
])('%j is no summary', (response) => {
  expect(cleanSummary(response, false)).toBe('');
});

test('a summary that the limit cut off ends with its last whole line or sentence', () => {
  expect(cleanSummary('<summary>\n- Ada keeps bees.\n- Bob ke', true)).toBe('- Ada keeps bees.');
  expect(cleanSummary('<summary>Ada keeps bees. Bob ke', true)).toBe('Ada keeps bees.');
  expect(cleanSummary('<summary>Ada ke', true)).toBe('');
});

test('a long conversation about an apology is a summary', () => {
  const long = `Sorry is a board game. ${'It is played with four pawns. '.repeat(20)}`;
  expect(cleanSummary(`<summary>${long}</summary>`, false)).toBe(long.trim());
});

test('the result is bounded, and the work grows with the length of the text only', () => {
  expect(cleanSummary(`<summary>${'a'.repeat(400_000)}`, true)).toBe('');
  expect(cleanSummary(`<summary>${'word '.repeat(readSummaryChars / 6)}</summary>`, false).length).toBeLessThanOrEqual(
    maxSummaryCharacters,
  );
  for (const hostile of ['<summary>', '</summary>', '\n', 'İ', 'ich kann das ', '\u0000'])
    cleanSummary(`<summary>${hostile.repeat(100_000)}</summary>`, true);
});
