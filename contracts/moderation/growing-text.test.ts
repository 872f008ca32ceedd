/** A text is screened the same way however it is divided, nothing that blocks it is shown, and the work is linear. */
import { expect, test } from 'vitest';
import { growingDetectors, leastHold } from './growing-detectors.ts';
import { createGrowingText } from './growing-text.ts';
import { defaultThresholds, type Thresholds } from './thresholds.ts';

const hold = leastHold(defaultThresholds);

const openText = (thresholds: Thresholds = defaultThresholds, holdCharacters = hold, shown = '') =>
  createGrowingText({ detectors: growingDetectors(thresholds), holdCharacters, shown });

/** Takes the pieces; returns what was shown. */
const run = (pieces: readonly string[], text = openText()) => {
  const shown = pieces.map((piece) => text.take(piece)).join('') + text.end();
  return { shown, found: text.found.map(({ category }) => category), held: text.held };
};

const phrase = 'I will kill you tomorrow';
const story = 'The rain fell on the harbour, and nobody came. ';
const after = ' said nobody, and the rain went on and on over the quiet houses of the town.';

test('a phrase that blocks is found over any split, and none of it is shown', () => {
  for (const lead of ['', 'He wrote: ', story.repeat(4)]) {
    const text = lead + phrase + after;
    for (let split = 0; split <= text.length; split += 1) {
      for (const second of [split + 1, split + 7, text.length]) {
        const { shown, found } = run([text.slice(0, split), text.slice(split, second), text.slice(second)]);
        expect(found.length, `after ${split} and ${second}`).toBeGreaterThan(0);
        expect(lead.startsWith(shown)).toBe(true);
      }
    }
    expect(run([...text]).found).toEqual(['THREAT']);
  }
});

test('a harmless text is shown whole over any split, and all but the last characters at once', () => {
  const text = story.repeat(6);
  for (let split = 0; split <= text.length; split += 1) {
    expect(run([text.slice(0, split), text.slice(split)])).toEqual({ shown: text, found: [], held: '' });
  }
  const growing = openText();
  let shown = '';
  for (const [index, sign] of [...text].entries()) {
    shown += growing.take(sign);
    expect(index + 1 - shown.length).toBe(Math.min(index + 1, hold));
  }
});

test('what follows a phrase may make it harmless, and that is waited for', () => {
  const text = 'We are late, so I will shoot you an email in the evening. Is that fine with you and the others?';
  for (let split = 0; split <= text.length; split += 1) {
    expect(run([text.slice(0, split), text.slice(split)]).shown, `after ${split}`).toBe(text);
  }
  expect(run(['I hate to say it, but all women should die', 't carefully, says the old book.']).found).toEqual([]);
  expect(run(['I will shoot you']).found).toEqual(['THREAT']);
});

test('a phrase that began in what was shown before is found, and one that only ends like it is not', () => {
  for (let split = 1; split < phrase.length - 9; split += 1) {
    const text = openText(defaultThresholds, hold, story + phrase.slice(0, split));
    const { shown, found } = run([phrase.slice(split)], text);
    expect({ shown, found }, `after ${split}`).toEqual({ shown: '', found: ['THREAT'] });
  }
  const long = `${'word '.repeat(100)}ski will kill you with speed, and so on and on and on until the end of the line.`;
  for (let split = 0; split <= long.length; split += 1) {
    expect(run([long.slice(split)], openText(defaultThresholds, hold, long.slice(0, split))).found).toEqual([]);
  }
});

test.each([
  ['spaces', ' '.repeat(300)],
  ['signs without width', '\u200b'.repeat(300)],
  ['combining marks', '\u0334'.repeat(40)],
])('%s between the letters hide no phrase', (name, filling) => {
  const text = name === 'combining marks' ? `I will kill you${filling} ` : `I will kill${filling} you tomorrow`;
  for (let split = 0; split <= text.length; split += 17) {
    const { shown, found } = run([story, text.slice(0, split), text.slice(split), after]);
    expect(found).toEqual(['THREAT']);
    expect(story.startsWith(shown)).toBe(true);
  }
});

test('a phrase that is stretched beyond what is held is still found, after its beginning was shown', () => {
  const { shown, found } = run(['I will kill', ' '.repeat(100_000), 'you tomorrow']);
  expect(found).toEqual(['THREAT']);
  expect(shown.trim()).toBe('I will kill');
});

test('words of the dataset block where a tenant wants that, also when they are stretched', () => {
  const strict = { ...defaultThresholds, PROFANITY: { flagAt: 0.5, blockAt: 0.6 } };
  const least = leastHold(strict);
  for (const word of ['shit', 's\u200bhit', `sh${'i'.repeat(500)}t`]) {
    const text = `${story}what a ${word} it was${after}`;
    for (let split = 0; split <= text.length; split += 3) {
      const { shown, found } = run([text.slice(0, split), text.slice(split)], openText(strict, least));
      expect(found, word).toEqual(['PROFANITY']);
      expect(`${story}what a `.startsWith(shown)).toBe(true);
    }
  }
  expect(run([...`${story}Dick van Dyke, s hit list, Scunthorpe${after}`], openText(strict, least)).found).toEqual([]);
});

test('nothing is held back where nothing can block', () => {
  const mild = Object.fromEntries(
    Object.entries(defaultThresholds).map(([category, { flagAt }]) => [category, { flagAt, blockAt: null }]),
  );
  expect(growingDetectors({ ...defaultThresholds, ...mild })).toEqual([]);
  expect(leastHold({ ...defaultThresholds, ...mild })).toBe(0);
});

test('the default hold is enough for the default thresholds', () => {
  expect(hold).toBeLessThanOrEqual(64);
});

test.each([
  ['one letter', 'a'],
  ['spaces', ' '],
  ['signs without width', '\u200b'],
  ['beginnings of phrases', 'i will kill '],
  ['ligatures of eighteen letters', '\ufdfa'],
])('a long text of %s is screened in pieces, however it is divided', (_, sign) => {
  const seen: number[] = [];
  const detectors = growingDetectors(defaultThresholds).map((detector) => ({
    ...detector,
    find(window: string, isEnd: boolean) {
      seen.push(window.length);
      return detector.find(window, isEnd);
    },
  }));
  const length = 100_000;
  const text = createGrowingText({ detectors, holdCharacters: hold, shown: '' });
  const source = sign.repeat(Math.ceil(length / sign.length));
  let shown = 0;
  for (let at = 0; at < source.length; at += 40) shown += text.take(source.slice(at, at + 40)).length;
  expect(Math.max(...seen)).toBeLessThanOrEqual(8_000);
  expect(shown).toBeGreaterThanOrEqual(source.length - 1_200);
  expect(shown + text.end().length).toBe(source.length);
});
