/**
 * A question in the form in which it is compared: without what only asks, in lower case, one space around each token.
 * Invariants: it keeps every number, sign, negation, preposition and name, in their order; its work is in proportion to
 * the text, which is bounded.
 */
import { createHash } from 'node:crypto';
import { judgeQuestion } from '../complexity/judge-question.ts';
import { factsIn } from './guards.ts';
import { type FrameRule, questionFrames } from './question-frames.ts';
import { tokensOf } from './question-tokens.ts';

/** Characters of a question that is compared. A longer one says more than another can say in the same way. */
export const longestQuestion = 300;

const passes = 4;

const applyRules = (text: string, rules: readonly FrameRule[]): string => {
  let changed = text;
  // A frame may stand within another one: "Please, could you tell me what …".
  for (let pass = 0; pass < passes; pass += 1) {
    const before = changed;
    for (const [found, replacement] of rules) changed = changed.replace(found, replacement);
    if (changed === before) break;
  }
  return changed;
};

/** Whether the text is more than one question or sentence: what one of them asks may depend on another. */
const hasSentences = (text: string): boolean => /[.?!。？！]["'”»)]*\s+\S/u.test(text.trim());

export interface CanonicalQuestion {
  /** ISO 639-1. */
  readonly language: string;
  readonly text: string;
  /**
   * Words that are written in capitals, or with a capital anywhere but at the beginning, in their order; undefined
   * where the writer uses no capitals at all.
   */
  readonly capitals: readonly string[] | undefined;
  /** Numbers, units, dates and negations. */
  readonly facts: string;
}

const acronym = /^\p{Lu}[\p{Lu}\d]+$/u;
const hasCapital = /\p{Lu}/u;

const capitalsOf = (tokens: readonly string[]): readonly string[] | undefined => {
  const capitals = tokens.filter(
    (token, index) => (index > 0 ? hasCapital : acronym).test(token) && token !== 'I' && !token.startsWith("I'"),
  );
  return capitals.length === 0 ? undefined : capitals;
};

/** Undefined where the question cannot be compared: it is too long, of several sentences, or in an unknown language. */
export const canonicalQuestion = (question: string): CanonicalQuestion | undefined => {
  const text = question.trim();
  if (text.length > longestQuestion || text === '' || hasSentences(text)) return undefined;
  const { language } = judgeQuestion(text);
  const rules = language === undefined ? undefined : questionFrames[language];
  if (language === undefined || rules === undefined) return undefined;
  const tokens = tokensOf(text);
  const canonical = applyRules(` ${tokens.join(' ').toLowerCase()} `, rules).trim();
  return canonical === ''
    ? undefined
    : { language, text: canonical, capitals: capitalsOf(tokens), facts: factsIn(text) };
};

/** Acronyms that are another word in small letters. */
const confusable = new Set([
  'WHO',
  'US',
  'IT',
  'UN',
  'IN',
  'IS',
  'OR',
  'NO',
  'SO',
  'AS',
  'AM',
  'ID',
  'AN',
  'ER',
  'SIE',
  'DIE',
  'ES',
  'LA',
  'DO',
]);

/** Whether the names are the same. A writer who uses no capitals at all writes names in small letters too. */
const haveSameCapitals = (one: CanonicalQuestion['capitals'], other: CanonicalQuestion['capitals']): boolean => {
  if (one !== undefined && other !== undefined) return one.join(' ') === other.join(' ');
  return !(one ?? other ?? []).some((token) => confusable.has(token));
};

/** Whether two questions ask the same in other words of asking. */
export const askTheSame = (one: CanonicalQuestion, other: CanonicalQuestion): boolean =>
  one.language === other.language &&
  one.text === other.text &&
  one.facts === other.facts &&
  haveSameCapitals(one.capitals, other.capitals);

/** The same for all questions that may ask the same; `askTheSame` decides. Reveals nothing of the text. */
export const questionKey = ({ language, text }: CanonicalQuestion): string =>
  createHash('sha256').update(`${language} ${text}`).digest('base64url');
