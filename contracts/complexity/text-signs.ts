/**
 * What the signs of a text say, apart from its words: code, formulas, numbers, questions, length. Invariant: in no
 * pattern does anything follow a repetition, so none can backtrack, and each takes one walk over the text.
 */

/** A program that failed. */
const traces = [
  'Traceback (most recent call last)',
  '\n    at ',
  '\n\tat ',
  'Exception in thread',
  'panic: ',
  'Caused by: ',
];
/** Each is a sign of code, two are code. */
const codeSigns = [
  '();',
  '){',
  ') {',
  '};',
  ';\n',
  '=>',
  '->',
  '!==',
  '===',
  '==',
  '!=',
  '&&',
  '||',
  '++',
  '+=',
  '::',
  '):\n',
  'def ',
  'const ',
  'let ',
  'func ',
  'function ',
  '#include',
  'public ',
  'return ',
  'SELECT ',
  ' FROM ',
  ' JOIN ',
  ' WHERE ',
  'for (',
  'while (',
  'if (',
  '</',
  '/>',
  '[i]',
  'import ',
  '(self',
  'print(',
];
const formula =
  /[∀∃∈∉⊂⊆∪∩∑∏∫√∂∇≤≥≠≡≈∞→⇒⇔ℕℤℚℝℂ]|\\(?:frac|int|sum|prod|sqrt|lim|begin|mathbb|partial|cdot|infty|forall|exists)|[a-zA-Z)]\^[\dn({a-z-]|\b[Pp] ?= ?[Nn][Pp]\b|\bsqrt\b|\b(?:sin|cos|tan|log|ln|lim|det|mod)\(?[a-z]\b|\bO\([n1]|\b[fgT]\([xn]\)/u;
const questionMarks = /[?？؟]/gu;
const numbers = /\p{N}+/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;
const sentenceEnd = /[.?!:;,。？！؟।]$/u;

export const hasTrace = (text: string): boolean => traces.some((trace) => text.includes(trace));

/** 0 for none, 1 for a sign, 2 for certain. */
export const codeCertainty = (text: string): 0 | 1 | 2 => {
  if (text.includes('```')) return 2;
  const count = codeSigns.reduce((sum, sign) => (text.includes(sign) ? sum + 1 : sum), 0);
  if (count >= 2) return 2;
  return count === 1 ? 1 : 0;
};

export const hasFormula = (text: string): boolean => formula.test(text);

export const countQuestions = (text: string): number => text.match(questionMarks)?.length ?? 0;

/** How many words: those between spaces, and one for two characters of scripts that have none. */
export const countWords = (words: string): number => {
  const characters = words.match(unspaced)?.length ?? 0;
  const spaced = words.replace(unspaced, ' ').split(' ').filter(Boolean).length;
  return spaced + characters / 2;
};

/** The lines that are sentences, so not those of an address, a table or a list of names. */
export const sentencesOf = (text: string): string => {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.length === 1 ? text : lines.filter((line) => line.length > 80 || sentenceEnd.test(line)).join('\n');
};

export const countNumbers = (text: string): number => text.match(numbers)?.length ?? 0;

const quotes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
  ['「', '」'],
  ['『', '』'],
  ['‘', '’'],
]);

/** A text without what stands in quotation marks, and what stands in them. A mark that nothing closes is none. */
export const splitQuotes = (text: string): { readonly unquoted: string; readonly quoted: string } => {
  let unquoted = '';
  let quoted = '';
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const closing = quotes.get(text.charAt(index)) ?? apostropheAt(text, index);
    if (closing === undefined) continue;
    const end = text.indexOf(closing, index + 1);
    // Every later mark of this kind would search the rest again, so the walk ends here.
    if (end === -1) break;
    unquoted += `${text.slice(start, index)} `;
    quoted += `${text.slice(index + 1, end)} `;
    start = end + 1;
    index = end;
  }
  return { unquoted: unquoted + text.slice(start), quoted };
};

/** A straight single quotation mark opens after a space, and is an apostrophe elsewhere. */
const apostropheAt = (text: string, index: number): string | undefined =>
  text.charAt(index) === "'" && (index === 0 || text.charAt(index - 1) === ' ') ? "'" : undefined;
