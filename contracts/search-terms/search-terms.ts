/**
 * The terms by which a question is compared with passages by their words, in any language: three beginnings of each
 * word, so that inflected forms and words of one family meet; what long words have inside, so that a part of a compound
 * and a verb behind its prefix do; pairs of characters where a script has no spaces; and identifiers such as E-4711 as
 * one term, however they are divided, so that E-4712 is another. Invariants: texts that differ only in case, accents or
 * width have the same terms; linear in the text, of which a bounded beginning is read; a bounded number of terms of
 * bounded length. Whoever changes what terms a text has raises `termsVersion`.
 */
import { foldText } from './fold-text.ts';
import { functionWords } from './function-words.ts';

/** Of the terms that a text has: those that are stored by another version are made again. */
export const termsVersion = 1;

/** Terms of a passage, and of a question. */
const mostTerms = 1_500;
const mostQuestionTerms = 96;
/** Of a term that only the context has. */
const contextWeight = 0.2;

/** Letters of a word that are compared: most of a stem, and what compounds and words of a family begin with. */
const stemLength = 7;
const [beginningLength, shortBeginningLength] = [4, 3];
/** Letters of a word in which others may be, where the first of these may begin, and letters that are compared. */
const [leastCompound, firstInner, innerLength] = [8, 2, 4];
/** Letters of a word that counts fully: in every language, most words without a subject are short. */
const fullLength = 6;
/** An identifier decides between passages that are alike otherwise; a part of a word alone is weak. */
const weights = { identifier: 2, word: 1, beginning: 0.5, shortBeginning: 0.2, inner: 0.2 } as const;

export interface SearchTerm {
  readonly text: string;
  readonly weight: number;
}

const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const unspaced = `[${scripts.map((script) => `\\p{Script=${script}}`).join('')}ー]`;
const spaced = `(?!${unspaced})[\\p{L}\\p{N}\\p{M}]`;
/** A run of a script without spaces, or a word with its divided parts: E-4711, 88-1204, lb_7. */
const pieces = new RegExp(`(?<run>${unspaced}{1,64})|(?:${spaced}){1,48}(?:[-_./](?:${spaced}){1,48}){0,6}`, 'gu');

const hasDigit = (part: string): boolean => /\d/.test(part);

const part = (letters: string, weight: number): SearchTerm => ({ text: `~${letters}`, weight });

/** Of a word that is no identifier. */
function* termsOfLetters(word: string): Generator<SearchTerm> {
  const share = Math.min(1, word.length / fullLength);
  yield { text: word.slice(0, stemLength), weight: share * weights.word };
  yield part(word.slice(0, beginningLength), share * weights.beginning);
  yield part(word.slice(0, shortBeginningLength), share * weights.shortBeginning);
  if (word.length < leastCompound) return;
  for (let start = firstInner; start + innerLength <= word.length; start += 1) {
    yield part(word.slice(start, start + innerLength), weights.inner);
  }
}

function* termsOfWord(word: string): Generator<SearchTerm> {
  const parts = word.split(/[-_./]/);
  for (const [index, one] of parts.entries()) {
    if (hasDigit(one)) {
      yield { text: one, weight: weights.word };
      const before = parts[index - 1];
      // E4711 is E-4711; the 2 of 2.4 is no identifier.
      if (/\p{L}/u.test(one)) yield { text: `#${one}`, weight: weights.identifier };
      else if (before && /^\p{L}{1,12}$/u.test(before)) yield { text: `#${before}${one}`, weight: weights.identifier };
    } else if (!functionWords.has(one)) yield* termsOfLetters(one);
  }
  if (parts.length === 1) return;
  if (parts.every(hasDigit)) yield { text: `#${parts.join('')}`, weight: weights.identifier };
  // An e-mail is an email, and "faut-il" is nothing.
  else if (!parts.some(hasDigit) && !parts.every((one) => functionWords.has(one)))
    yield part(parts.join('').slice(0, beginningLength), weights.beginning);
}

function* termsOfRun(run: string): Generator<SearchTerm> {
  const characters = [...run];
  if (characters.length === 1) yield { text: run, weight: weights.word };
  for (let index = 1; index < characters.length; index += 1) {
    yield { text: `${characters[index - 1]}${characters[index]}`, weight: weights.word };
  }
}

/** Each once with its highest weight, in the order in which they come. */
export const searchTerms = (text: string, most = mostTerms): readonly SearchTerm[] => {
  const terms = new Map<string, SearchTerm>();
  for (const { 0: piece, groups } of foldText(text).matchAll(pieces)) {
    for (const term of groups?.['run'] === undefined ? termsOfWord(piece) : termsOfRun(piece)) {
      if (terms.size === most) return [...terms.values()];
      const known = terms.get(term.text);
      if (known === undefined || known.weight < term.weight) terms.set(term.text, term);
    }
  }
  return [...terms.values()];
};

const weightiest = (terms: readonly SearchTerm[]): readonly SearchTerm[] =>
  terms.toSorted((one, other) => other.weight - one.weight).slice(0, mostQuestionTerms);

/**
 * The terms of a question, and with less weight those that only its context has.
 * @param context what the question may refer to, such as the messages before it
 */
export const questionTerms = (question: string, context: string): readonly SearchTerm[] => {
  const terms = weightiest(searchTerms(question));
  const known = new Set(terms.map(({ text }) => text));
  const others = weightiest(searchTerms(context)).filter(({ text }) => !known.has(text));
  return [...terms, ...others.map((term) => ({ ...term, weight: term.weight * contextWeight }))];
};
