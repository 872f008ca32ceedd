/**
 * What each rule adds for a text, from the words and signs that were counted in it. Invariant: only the rules of an
 * easy question (LOOKUP, DEFINITION, TRANSLATION, GREETING) take points away, and none of them from a hard request.
 */
import { hardPoints, type QuestionRule } from './question-signal.ts';
import {
  beginsWithClause,
  codeCertainty,
  countNumbers,
  countQuestions,
  countSentences,
  countWords,
  hasFormula,
  hasTrace,
  sentencesOf,
} from './text-signs.ts';
import type { WordKind } from './words/language-words.ts';

/** A question of at most these words about a word, or for a fact, is about one. */
const shortWords = 9;

/** A question for one fact has at most these words. */
const lookupWords = 14;
/** Texts of more words than these are not short; fewer, where the language is unknown. */
const unclearFrom = { known: 6, unknown: 4 };
/** Less than this, from all rules, says nothing. */
const unclearBelow = 2;

export type Points = readonly (readonly [QuestionRule, number])[];
/** How many different phrases of a kind. */
export type Count = (kind: WordKind) => number;

/** What was counted in a text, and what the rules are about. */
export interface Reading {
  readonly text: string;
  /** How many. */
  readonly words: number;
  readonly count: Count;
  readonly language: string | undefined;
}

/** Points of topics, by how many of their words a text has. */
const topicPoints = (hits: number): number => (hits === 0 ? 0 : Math.min(4, hits + 1));
/** Points of requests that are hard in themselves. */
const strongPoints = (hits: number): number => (hits === 0 ? 0 : Math.min(4, hits + 2));
const once = (hits: number, points: number): number => (hits > 0 ? points : 0);

/** What a text asks for. */
const requestPoints = ({ text, count }: Reading): Points => [
  ['PROOF', once(count('proof'), 6)],
  ['DESIGN', once(count('design'), 4)],
  ['ANALYSIS', strongPoints(count('analysis'))],
  ['DEBUGGING', hasTrace(text) ? 4 : strongPoints(count('debugging'))],
  ['STEPS', once(count('steps'), 3) || (count('sequence') >= 2 ? 2 : 0)],
  ['COMPARISON', once(count('comparison'), 3)],
  ['ADVICE', once(count('advice'), 2)],
  ['WHY', once(count('why'), 2)],
  // A summary is written too: one request.
  ['EXPLANATION', count('writing') > 0 ? 0 : once(count('explanation'), 2)],
  ['WRITING', once(count('writing'), 2)],
];

const isAboutWord = (words: number, count: Count): boolean =>
  count('translation') > 0 || (count('definition') > 0 && words <= shortWords);

/** What a text speaks of. A text about a word speaks of nothing else. */
const topicPointsOf = ({ text, words, count }: Reading): Points => {
  const isWord = isAboutWord(words, count);
  const formula = hasFormula(text) ? 3 : 0;
  const code = codeCertainty(text);
  // Programs have functions, vectors and series too.
  const inPrograms = code === 2 || count('programming') > 0 ? 1 : 0;
  const mathematics = isWord ? 0 : topicPoints(Math.max(0, count('mathematics') - inPrograms));
  return [
    ['MATHEMATICS', formula > 0 && mathematics > 0 ? 4 : Math.max(formula, mathematics)],
    ['CODE', code === 2 ? 3 : code],
    ['PROGRAMMING', isWord ? 0 : once(count('programming'), 1)],
    ['EXPERTISE', isWord ? 0 : topicPoints(count('expertise'))],
  ];
};

/** What a text says of what may be, of all cases, or of the big questions. */
const claimPoints = ({ words, count }: Reading): Points => {
  const isWord = isAboutWord(words, count);
  return [
    ['PHILOSOPHY', count('translation') > 0 ? 0 : strongPoints(count('philosophy'))],
    ['HYPOTHESIS', isWord ? 0 : once(count('hypothesis'), 2)],
    ['UNIVERSAL', isWord ? 0 : once(count('universal'), 2)],
  ];
};

const lengthPoints = (words: number): number => [25, 60, 200].filter((least) => words >= least).length;

/** Greetings, and what there is to translate, are sentences of their own and no story. */
const situationPoints = ({ count }: Reading, sentences: string): number => {
  if (count('greeting') + count('translation') + count('definition') > 0) return 0;
  return Math.min(4, 2 * Math.max(0, countSentences(sentences) - 1)) || (beginsWithClause(sentences) ? 2 : 0);
};

/** Whether a text counts or calculates with what it describes. */
const isSum = ({ count }: Reading, words: number, numbers: number): boolean =>
  (numbers >= 3 && words >= 6) || (numbers === 2 && words >= shortWords) || (numbers > 0 && count('quantity') > 0);

/** How a text is built. */
const formPoints = (reading: Reading): Points => {
  const { text, count } = reading;
  const sentences = sentencesOf(text);
  const words = countWords(sentences);
  const numbers = countNumbers(sentences);
  return [
    ['CONSTRAINTS', Math.min(2, count('constraints'))],
    ['SEVERAL_QUESTIONS', Math.max(0, Math.min(2, countQuestions(text) - 1))],
    ['SITUATION', situationPoints(reading, sentences)],
    ['NUMBERS', isSum(reading, words, numbers) ? 2 : 0],
    ['LONG', lengthPoints(words)],
  ];
};

export const sumOf = (points: Points): number => points.reduce((sum, [, value]) => sum + value, 0);

/**
 * An easy part makes no hard request easier. A question for one fact about a field is easier than others about it; a
 * claim, or a question after a story, is not.
 */
const easyPoints = ({ count, words }: Reading, asked: Points, forms: Points): Points => {
  if (asked.some(([, value]) => value >= hardPoints)) return [];
  return [
    ['LOOKUP', sumOf(asked) === 0 && sumOf(forms) < unclearBelow ? -once(count('lookup'), 1) : 0],
    ['DEFINITION', words <= shortWords && count('why') + count('advice') === 0 ? -once(count('definition'), 2) : 0],
    ['TRANSLATION', -once(count('translation'), 2)],
    ['GREETING', -once(count('greeting'), 2)],
  ];
};

const isEasy = ({ text, count }: Reading): boolean =>
  count('greeting') + count('translation') > 0 ||
  (count('lookup') + count('quantity') + count('definition') > 0 && countWords(sentencesOf(text)) <= lookupWords) ||
  (count('yesOrNo') > 0 && countWords(sentencesOf(text)) <= shortWords);

/** A text that says neither that it is easy nor that it is hard, and is not short, is not called easy. */
const unclearPoints = (reading: Reading, hard: Points): number => {
  const limit = reading.language === undefined ? unclearFrom.unknown : unclearFrom.known;
  return isEasy(reading) || reading.words <= limit || sumOf(hard) >= unclearBelow ? 0 : unclearBelow - sumOf(hard);
};

/** The points of all rules that match. */
export const pointsOf = (reading: Reading): { readonly all: Points; readonly hard: Points } => {
  const asked = [...requestPoints(reading), ...claimPoints(reading)];
  const forms = formPoints(reading);
  const hard = [...asked, ...topicPointsOf(reading), ...forms];
  const all: Points = [...hard, ['UNCLEAR', unclearPoints(reading, hard)], ...easyPoints(reading, asked, forms)];
  return { all: all.filter(([, value]) => value !== 0), hard };
};
