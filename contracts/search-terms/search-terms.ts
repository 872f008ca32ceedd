/**
 * The terms by which a question is compared with passages by their words, in any language: two beginnings of each word,
 * so that inflected forms and compounds meet; pairs of characters where a script has no spaces; and identifiers such as
 * E-4711 as one term, however they are divided, so that E-4712 is another. Invariants: texts that differ only in case,
 * accents or width have the same terms; linear in the text, of which a bounded beginning is read; a bounded number of
 * terms of bounded length.
 */
import { functionWords } from './function-words.ts';

/** Characters of a text that are read, before and after folding: NFKC grows a text up to 18 times. */
const longestRead = 12_000;
const longestFolded = 24_000;
/** Most that folding may make of a character on average, so that the work grows with the text as it is. */
const mostGrowth = 2;
/** Terms of a passage, and of a question. */
const mostTerms = 1_500;
const mostQuestionTerms = 64;
/** Of a term that only the context has. */
const contextWeight = 0.2;

/** Letters of a word that are compared: most of a stem, and what compounds begin with. */
const stemLength = 7;
const beginningLength = 4;
/** An identifier decides between passages that are alike otherwise; a beginning alone is weak. */
const weights = { identifier: 2, word: 1, beginning: 0.5 } as const;

export interface SearchTerm {
  readonly text: string;
  readonly weight: number;
}

const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const unspaced = `[${scripts.map((script) => `\\p{Script=${script}}`).join('')}ー]`;
const spaced = `(?!${unspaced})[\\p{L}\\p{N}]`;
/** A run of a script without spaces, or a word with its divided parts: E-4711, 88-1204, lb_7. */
const pieces = new RegExp(`(?<run>${unspaced}{1,64})|(?:${spaced}){1,48}(?:[-_./](?:${spaced}){1,48}){0,6}`, 'gu');

const fold = (text: string): string =>
  text
    .slice(0, longestRead)
    .toWellFormed()
    .normalize('NFKC')
    .slice(0, Math.min(longestFolded, mostGrowth * text.length + 64))
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f\u00ad\u200b-\u200d]/g, '')
    .normalize('NFC');

const hasDigit = (part: string): boolean => /\d/.test(part);

function* termsOfWord(word: string): Generator<SearchTerm> {
  const parts = word.split(/[-_./]/);
  for (const [index, part] of parts.entries()) {
    if (hasDigit(part)) {
      yield { text: part, weight: weights.word };
      const before = parts[index - 1];
      // E4711 is E-4711; the 2 of 2.4 is no identifier.
      if (/\p{L}/u.test(part)) yield { text: `#${part}`, weight: weights.identifier };
      else if (before && /^\p{L}{1,12}$/u.test(before)) yield { text: `#${before}${part}`, weight: weights.identifier };
    } else if (!functionWords.has(part)) {
      yield { text: part.slice(0, stemLength), weight: weights.word };
      yield { text: `~${part.slice(0, beginningLength)}`, weight: weights.beginning };
    }
  }
  if (parts.length > 1 && parts.every(hasDigit)) yield { text: `#${parts.join('')}`, weight: weights.identifier };
}

function* termsOfRun(run: string): Generator<SearchTerm> {
  const characters = [...run];
  if (characters.length === 1) yield { text: run, weight: weights.word };
  for (let index = 1; index < characters.length; index += 1) {
    yield { text: `${characters[index - 1]}${characters[index]}`, weight: weights.word };
  }
}

/** Each once, in the order in which they come. */
export const searchTerms = (text: string, most = mostTerms): readonly SearchTerm[] => {
  const terms = new Map<string, SearchTerm>();
  for (const { 0: piece, groups } of fold(text).matchAll(pieces)) {
    for (const term of groups?.['run'] === undefined ? termsOfWord(piece) : termsOfRun(piece)) {
      if (terms.size === most) return [...terms.values()];
      if (!terms.has(term.text)) terms.set(term.text, term);
    }
  }
  return [...terms.values()];
};

/**
 * The terms of a question, and with less weight those that only its context has.
 * @param context what the question may refer to, such as the messages before it
 */
export const questionTerms = (question: string, context: string): readonly SearchTerm[] => {
  const terms = searchTerms(question, mostQuestionTerms);
  const known = new Set(terms.map(({ text }) => text));
  const others = searchTerms(context, mostQuestionTerms).filter(({ text }) => !known.has(text));
  return [...terms, ...others.map((term) => ({ ...term, weight: term.weight * contextWeight }))];
};
