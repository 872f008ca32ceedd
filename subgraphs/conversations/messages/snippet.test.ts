import { describe, expect, test } from 'vitest';
import { snippetOf } from './snippet.ts';

/** [what, text, words as the index has them, snippet] */
const cases: readonly (readonly [string, string, readonly string[], string])[] = [
  ['a word in its case', 'See CAFÉ here', ['cafe'], 'See <mark>CAFÉ</mark> here'],
  ['decomposed letters whole', 'See cafe\u0301 here', ['cafe'], 'See <mark>cafe\u0301</mark> here'],
  ['pairs as the run that they make', '私は東京都に住む', ['東京', '京都'], '私は<mark>東京都</mark>に住む'],
  ['a single character', '京都の東', ['東'], '京都の<mark>東</mark>'],
  ['no part of a Hangul syllable', '한 하', ['하'], '한 <mark>하</mark>'],
  ['no letter of kana without its voicing', 'が か', ['か'], 'が <mark>か</mark>'],
  ['Thai with its vowels and tones', 'กี้ก', ['กี้ก'], '<mark>กี้ก</mark>'],
  ['an emoji with its colour', 'Well 👍🏽 done', ['e1f44d'], 'Well <mark>👍🏽</mark> done'],
  ['a word that looks like an emoji’s code', 'see e1f44d', ['e1f44d'], 'see <mark>e1f44d</mark>'],
  ['whole words only', 'a banana, a_b', ['a'], '<mark>a</mark> banana, <mark>a</mark>_b'],
  ['a word that touches another script', '東京tower', ['tower'], '東京<mark>tower</mark>'],
  ['words that grow in lower case', 'İstanbul İzmir', ['izmir'], 'İstanbul <mark>İzmir</mark>'],
  ['markup as it was written', '<b>x</b> <mark>', ['x'], '<b><mark>x</mark></b> <mark>'],
  ['the beginning where no word is', 'nothing here', ['word'], 'nothing here'],
  ['nothing of an empty text', '', ['word'], ''],
];

test.each(cases)('shows %s', (_, text, words, snippet) => {
  expect(snippetOf(text, words)).toBe(snippet);
});

test('shows the passage with the most words, between two words, and a second one with the others', () => {
  const filler = 'lorem ipsum dolor sit amet '.repeat(400);
  const text = `${filler}one ${filler}one two ${filler}three ${filler}`;
  const [first = '', second = '', ...more] = snippetOf(text, ['one', 'two', 'three']).split(' ... ');
  expect(first).toMatch(/^\w+ .* <mark>one<\/mark> <mark>two<\/mark> .* \w+$/);
  expect(second).toMatch(/^\w+ .* <mark>three<\/mark> .* \w+$/);
  expect([more, first.length < 250, second.length < 250]).toEqual([[], true, true]);
  for (const passage of [first, second]) expect(text).toContain(passage.replaceAll(/<\/?mark>/g, ''));
});

describe('is short, and cuts no character, in', () => {
  const word = 'word';
  test.each([
    ['letters without a space', 'x'.repeat(50), 1_000],
    ['letters with a thousand accents', `a${'\u0301'.repeat(1_000)}`, 80],
    ['emoji', '👍🏽', 20_000],
    ['characters beyond the basic plane', '𠀀𠀁', 20_000],
    ['the word itself', 'word ', 20_000],
    ['a single letter', 'a ', 40_000],
    ['Han', '東京都', 30_000],
  ])('%s', (_, part, times) => {
    const half = part.repeat(times / 2);
    for (const text of [`${half} ${word} ${half}`, `${word} ${half}`, `${half.slice(0, 20_000)} ${word}`]) {
      const snippet = snippetOf(text, [word, 'a', '東京', '京都', 'e1f44d']);
      expect(snippet).toContain('<mark>');
      expect(snippet.length).toBeLessThan(2_000);
      expect(snippet.isWellFormed()).toBe(true);
    }
  });
});

test('looks no further than the index does', () => {
  expect(snippetOf(`${'é'.repeat(50_000)} word`, ['word'])).not.toContain('<mark>');
  expect(snippetOf(`${'𠀀'.repeat(49_990)} word`, ['word'])).toContain('<mark>word</mark>');
});
