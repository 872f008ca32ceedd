/** Markdown as fast-check makes it: lines that mean something, in every order, and characters that mean something. */
import fc from 'fast-check';

const words = fc.constantFrom(
  'alpha',
  'beta',
  '*em*',
  '**strong**',
  '`code`',
  '[x](https://a.example)',
  '~~no~~',
  '$x$',
  'a_b_c',
  '<b>',
  '&amp;',
  '[ref]',
  '![i](https://a.example/i.png)',
  '\\*',
  '5 * 3',
  '[^1]',
  '**open',
  '`open',
  '\\(y\\)',
);
const sentence = fc.array(words, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(' '));

const starts = fc.constantFrom(
  '',
  '',
  '',
  '# ',
  '### ',
  '- ',
  '* ',
  '1. ',
  '2) ',
  '> ',
  '> > ',
  '> - ',
  '  ',
  '    ',
  '   - ',
  '\t',
  '- [x] ',
  '- [ ] ',
);
const whole = fc.constantFrom(
  '',
  '',
  '',
  '---',
  '===',
  '```',
  '```ts',
  '~~~',
  '````',
  '$$',
  '\\[',
  '\\]',
  '| a | b |',
  '|---|:-:|',
  '| `1` | 2 |',
  '***',
  '-',
  '+',
  '[ref]: https://r.example',
  '[^1]: note',
  '  ```',
  '> ```',
  '- ```js',
  '\r',
  '#',
  '$$x$$',
  '$$x$$ y',
);

const line = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(starts, sentence).map((parts) => parts.join('')) },
  { weight: 3, arbitrary: whole },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'*_`~[]()!<>&$\\|#-+=.:1 \tax'), maxLength: 24 }) },
);

export const markdownText = fc
  .tuple(fc.array(line, { maxLength: 24 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, end]) => lines.join(end));

/** A text and the places where it is cut. */
export const cutMarkdown = markdownText.chain((text) =>
  fc.tuple(fc.constant(text), fc.array(fc.nat(Math.max(1, text.length)), { maxLength: 16 })),
);

/** The longer and longer versions of a text that has these cuts; the last is whole. */
export const versionsOf = (text: string, cuts: readonly number[]): string[] => [
  ...cuts.toSorted((one, other) => one - other).map((cut) => text.slice(0, cut)),
  text,
];
