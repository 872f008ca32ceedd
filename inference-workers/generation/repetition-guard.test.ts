/** Texts that go in circles, and texts that repeat for good reasons. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRepetitionGuard } from './repetition-guard.ts';

/** Characters after which the guard stops a text that comes in pieces of this size; undefined where it lets it pass. */
const stoppedAt = (text: string, { before = '', piece = 7 } = {}): number | undefined => {
  const guard = createRepetitionGuard(before);
  for (let end = piece; end - piece < text.length; end += piece) {
    if (guard.goesInCircles(text.slice(end - piece, end))) return end;
  }
  return undefined;
};

test.each([
  ['a letter', 'a'],
  ['line feeds', '\n'],
  ['dots', '. '],
  ['a word', 'the '],
  ['a sentence', 'I am sorry, but I cannot help you with that request. '],
  ['a Chinese sentence', '对不起，我无法回答这个问题。'],
  ['emoji', '🎉'],
  ['two lines', 'User: What is it?\nAssistant: It is what it is.\n'],
  ['a cycle that holds its end twice', `${'In the end it was the same old story. '.repeat(2)}Or not? `],
  ['paragraphs', `${'So it went on. '.repeat(3)}${'x'.repeat(650)}\n\n`],
])('%s again and again is stopped', (_, cycle) => {
  const opening = 'Here is what I found.\n\n';
  const at = stoppedAt(opening + cycle.repeat(Math.ceil(40_000 / cycle.length)));
  // The bound, one look and one piece.
  expect(at).toBeLessThan(opening.length + Math.max(3_000, 4 * cycle.length) + 256 + 7);
});

test.each([
  ['a table', `| n | f |\n|---|---|\n${'| 0 | 0 |\n'.repeat(500)}`],
  ['a matrix in code', `Here:\n\`\`\`js\n${`[${'0, '.repeat(64)}],\n`.repeat(64)}\`\`\`\n`],
  ['a matrix in prose', `Zeros: ${'0, '.repeat(4_000)}`],
  ['JSON', `{"rows":[${'{"value":null,"ok":true},'.repeat(300)}]}`],
  ['HTML', `<table>${'<tr><td></td><td></td></tr>\n'.repeat(300)}</table>`],
  ['a chant', 'Around the world, '.repeat(144)],
  [
    'a song with a refrain',
    Array.from({ length: 12 }, (_, verse) => `Verse ${verse}, ${'la la la, hey! '.repeat(40)}`).join(''),
  ],
  ['a numbered list', Array.from({ length: 900 }, (_, index) => `${index + 1}. Write the test first.\n`).join('')],
  ['a poem whose lines begin alike', Array.from({ length: 300 }, (_, i) => `And I saw the ${i} of them\n`).join('')],
])('%s is let pass', (_, text) => {
  expect(stoppedAt(text)).toBeUndefined();
});

test.each([
  ['code', `\`\`\`js\n${'  foo();\n'.repeat(6_000)}`],
  ['a table', '| 0 | 0 |\n'.repeat(6_000)],
  ['numbers', '0 '.repeat(30_000)],
])('%s that does not end is stopped later', (_, text) => {
  const at = stoppedAt(text);
  expect(at).toBeGreaterThan(16_000);
  expect(at).toBeLessThan(17_000);
});

test('prose behind a fence is prose again', () => {
  const code = `\`\`\`\n${'x\n'.repeat(10)}\`\`\`\n`;
  expect(stoppedAt(code + 'again and '.repeat(1_000))).toBeLessThan(3_600);
});

test('a worker that takes over knows what was written before', () => {
  const sentence = 'It goes on and on. ';
  const before = sentence.repeat(150);
  expect(stoppedAt(sentence.repeat(100), { before })).toBeLessThan(600);
  expect(stoppedAt('  foo();\n'.repeat(600), { before: '```js\n' })).toBeUndefined();
});

test('however a text is cut into pieces, it is stopped or not, within one look and one piece', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
      fc.integer({ min: 1, max: 400 }),
      fc.string({ maxLength: 50 }),
      (cycle, piece, opening) => {
        // Data and fences are tested above.
        fc.pre(!/[`~|[{<\d]/.test(cycle + opening));
        const text = opening + cycle.repeat(Math.ceil(5_000 / cycle.length));
        expect(stoppedAt(text, { piece })).toBeLessThan(opening.length + 3_000 + 256 + 2 * piece + cycle.length);
      },
    ),
    { numRuns: 200 },
  );
});

test('text without repetition passes, however long it is', () => {
  fc.assert(
    fc.property(fc.array(fc.lorem({ maxCount: 12 }), { minLength: 300, maxLength: 400 }), (sentences) => {
      expect(stoppedAt(sentences.map((one, index) => `${index} ${one}`).join(' '), { piece: 50 })).toBeUndefined();
    }),
    { numRuns: 20 },
  );
});
