import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePattern, PatternFault } from './linear-pattern.ts';

test.each([
  ['^(a+)+$', ['aaaa', 'aaab', '']],
  ['a*a*a*a*b', ['aaab', 'aaaa']],
  ['^\\d{4}-\\d{2}-\\d{2}$', ['2026-11-30', '2026-11-3', 'x2026-11-30']],
  ['^[a-z]+(?:-[a-z]+)*$', ['a-b-c', 'a-', '-a', 'a--b']],
  ['(?<year>\\d+)|^$', ['', 'a', '7']],
  ['^[^\\]\\\\]{2,3}?$', ['ab', ']', 'abcd', 'a\\']],
  ['^\\p{L}+\\u{1F600}?$', ['Köln', 'Köln😀', '😀']],
  ['^.$', ['😀', '\n', 'ab', '\ud83d']],
  ['^(?:a|ab)(?:c|bcd)(?:d*)$', ['abcd', 'acd', 'abbcd', 'ac']],
  ['a|^b$|', ['', 'x']],
  ['^\\uD83D\\uDE00$', ['😀', 'x']],
  ['(?:a*)*$', ['b']],
  ['^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$', ['ada@example.org', 'ada@', 'a@b.c d']],
])('%s matches what the engine matches', (pattern, texts) => {
  const matches = compilePattern(pattern);
  expect(texts.map((text) => matches(text))).toEqual(texts.map((text) => new RegExp(pattern, 'u').test(text)));
});

test('any pattern of the subset agrees with the engine on any short text', () => {
  const leaf = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '^', '$', 'c', '(?:)', '1');
  const pattern = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('node'), tie('node')).map(([one, other]) => one + other),
      fc.tuple(tie('node'), tie('node')).map(([one, other]) => `(?:${one}|${other})`),
      fc
        .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{0,2}', '{2}', '{1,}', '*?'))
        .map(([one, sign]) => `(?:${one})${sign}`),
    ),
  })).node;
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '1', '\n'), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, text, (source, given) => {
      if (source.length > 60) return;
      expect(compilePattern(source)(given)).toBe(new RegExp(source, 'u').test(given));
    }),
    { numRuns: 3_000 },
  );
});

test('the work grows with the text and not faster, for patterns that make others backtrack', () => {
  for (const pattern of ['^(a+)+$', '(a*)*(a*)*b', '^(?:a|a)*c', '(?:a?){50}a{50}b', '[a-z]*[a-y]*[a-x]*!']) {
    const matches = compilePattern(pattern);
    const stepsFor = (length: number): number => {
      let steps = 0;
      matches('a'.repeat(length), (more) => {
        steps += more;
      });
      return steps;
    };
    expect(stepsFor(20_000) / stepsFor(10_000)).toBeLessThan(2.1);
  }
});

test.each(['a(?=b)', '(?<!a)b', '(a)\\1', '\\bword', '(', 'a{2000}', '(?:a{100}){100}', 'x'.repeat(1_001), '(?i:a)'])(
  '%s is refused',
  (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(PatternFault);
  },
);
