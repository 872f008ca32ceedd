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
  '(self',
  'print(',
];
/** Words that begin a line of code. */
const codeWord = /(?:^|\n)(?:def|const|func|fn|import|public|class|static|var|let|return|from|#include) /u;
const formula =
  /[∀∃∈∉⊂⊆∪∩∑∏∫√∂∇≤≥≠≡≈∞→⇒⇔ℕℤℚℝℂ]|\\(?:frac|int|sum|prod|sqrt|lim|begin|mathbb|partial|cdot|infty|forall|exists)|[a-zA-Z)]\^[\dn({a-z-]|\b[Pp] ?= ?[Nn][Pp]\b|\bsqrt\b|[\d.)] ?= ?[\d(]|\b(?:sin|cos|tan|log|ln|lim|det|exp)\(|\bmod \d|\bO\([n1]|\b[fgT]\([xn]\)/u;
const questionMarks = /[?？؟]/gu;
const year = /^(?:1[5-9]|20)\d\d$/u;
const numbers = /\p{N}+/gu;
const sentenceEnd = /[.?!:;,。？！؟।]$/u;

export const hasTrace = (text: string): boolean => traces.some((trace) => text.includes(trace));

/** 0 for none, 1 for a sign, 2 for certain. */
export const codeCertainty = (text: string): 0 | 1 | 2 => {
  if (text.includes('```')) return 2;
  const count = codeSigns.reduce((sum, sign) => (text.includes(sign) ? sum + 1 : sum), codeWord.test(text) ? 1 : 0);
  if (count >= 2) return 2;
  return count === 1 ? 1 : 0;
};

export const hasFormula = (text: string): boolean => formula.test(text);

export const countQuestions = (text: string): number => text.match(questionMarks)?.length ?? 0;

/** Whether a character is of Thai, Hiragana, Katakana or Han. */
const isUnspaced = (unit: number): boolean =>
  unit >= 0x0e00 && (unit < 0x0e80 || (unit >= 0x3040 && unit < 0x3100) || (unit >= 0x3400 && unit < 0xa000));

/** How many words: those between spaces, and one for two characters of scripts that put no spaces between words. */
export const countWords = (text: string): number => {
  let spaced = 0;
  let unspaced = 0;
  let isInWord = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const isPart = unit > 0x20 && !isUnspaced(unit);
    if (isPart && !isInWord) spaced += 1;
    if (isUnspaced(unit)) unspaced += 1;
    isInWord = isPart;
  }
  return spaced + unspaced / 2;
};

/** The lines that are sentences, so not those of an address, a table or a list of names. */
export const sentencesOf = (text: string): string => {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.length === 1 ? text : lines.filter((line) => line.length > 80 || sentenceEnd.test(line)).join('\n');
};

/** After a space or a full-width mark, a new sentence begins. A sentence has three words or more. */
const sentenceEnds = /[.?!؟।]\s|[。！？\n]/u;

export const countSentences = (text: string): number =>
  text.split(sentenceEnds).filter((sentence) => countWords(sentence) >= 3).length;

/** A clause that states something, before the one that asks. */
const clauseEnds = /[,;，；、،]/u;
const storyWords = 5;

/** Whether a sentence states something before it asks: it has a clause of several words, and another one. */
export const beginsWithClause = (text: string): boolean => {
  const [first, ...rest] = text.split(clauseEnds);
  return first !== undefined && rest.length > 0 && countWords(first) >= storyWords;
};

/** Numbers with which one can calculate: not 1, which is a unit, and no year. */
export const countNumbers = (text: string): number =>
  (text.match(numbers) ?? []).filter((number) => number !== '1' && !year.test(number)).length;

const quotes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
  ['「', '」'],
  ['『', '』'],
  ['‘', '’'],
]);

const quoteMark = /["“„«「『‘']/u;

/** A text without what stands in quotation marks, and what stands in them. A mark that nothing closes is none. */
export const splitQuotes = (text: string): { readonly unquoted: string; readonly quoted: string } => {
  if (!quoteMark.test(text)) return { unquoted: text, quoted: '' };
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

const codeMarks = /[{}[\];=<>_()|&]/u;
/** Enough to tell a language by. */
const proseLength = 600;

/**
 * A text without its code, whose words are English in every language. A text that holds no code is returned as it is,
 * and of any other the beginning, without the words that are code.
 */
export const proseOf = (text: string): string => {
  if (codeCertainty(text) === 0) return text;
  const tokens =
    text
      .slice(0, 2 * proseLength)
      .split('```')[0]
      ?.split(/\s/u) ?? [];
  const isCode = tokens.map((token) => codeMarks.test(token));
  return tokens
    .filter((_, index) => !isCode[index] && !isCode[index + 1])
    .join(' ')
    .slice(0, proseLength);
};
