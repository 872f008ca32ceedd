/**
 * Judges how hard a question is, by rules alone: no model is asked, and no text leaves the process. Invariants: equal
 * texts have equal judgements, and no rule sees more of a text than `boundText` returns.
 */
import { boundText, foldWords } from './bounded-text.ts';
import type { Complexity } from './complexity.ts';
import { tellLanguage } from './question-language.ts';
import { classOfPoints, hardPoints, type QuestionRule, type QuestionSignal } from './question-signal.ts';
import { type FoundPhrases, findPhrases } from './question-words.ts';
import {
  codeCertainty,
  countNumbers,
  countQuestions,
  countWords,
  hasFormula,
  hasTrace,
  sentencesOf,
  splitQuotes,
} from './text-signs.ts';
import type { WordKind } from './words/language-words.ts';

export interface QuestionJudgement {
  /** undefined: too short to judge by itself, takes the conversation's class (`classOfTurn`). */
  readonly complexity: Complexity | undefined;
  /** ISO 639-1; undefined: unknown. */
  readonly language: string | undefined;
  /** Each rule that matched. */
  readonly signals: readonly QuestionSignal[];
}

/** A text of fewer words cannot be judged by itself. */
const leastWords = 3;
/** A text that leans on what was said before has at most these words. */
const followUpWords = 6;
/** A question of at most these words about a word, or for a fact, is about one. */
const shortWords = 9;

type Count = (kind: WordKind) => number;

/** What was counted in a text, and what the rules are about. */
interface Reading {
  readonly text: string;
  readonly words: number;
  readonly count: Count;
  readonly language: string | undefined;
}

/** Points of topics, by how many of their words a text has. */
const topicPoints = (hits: number): number => (hits === 0 ? 0 : Math.min(4, hits + 1));
const once = (hits: number, points: number): number => (hits > 0 ? points : 0);

/** What a text asks for. */
const requestPoints = ({ text, count }: Reading): readonly (readonly [QuestionRule, number])[] => [
  ['PROOF', once(count('proof'), 6)],
  ['DESIGN', once(count('design'), 4)],
  ['ANALYSIS', count('analysis') === 0 ? 0 : Math.min(4, 2 + count('analysis'))],
  ['DEBUGGING', hasTrace(text) ? 4 : count('debugging') === 0 ? 0 : Math.min(4, 2 + count('debugging'))],
  ['STEPS', once(count('steps'), 3) || (count('sequence') >= 2 ? 2 : 0)],
  ['COMPARISON', once(count('comparison'), 3)],
  ['ADVICE', once(count('advice'), 2)],
  ['WHY', once(count('why'), 2)],
  ['EXPLANATION', once(count('explanation'), 2)],
  ['WRITING', once(count('writing'), 2)],
];

/** What a text speaks of. A text about a word speaks of nothing else. */
const topicSignals = ({ text, words, count }: Reading): readonly (readonly [QuestionRule, number])[] => {
  const isAboutWord = count('translation') > 0 || (count('definition') > 0 && words <= shortWords);
  const formula = hasFormula(text) ? 3 : 0;
  const mathematics = isAboutWord ? 0 : topicPoints(count('mathematics'));
  const code = codeCertainty(text);
  return [
    ['MATHEMATICS', formula > 0 && mathematics > 0 ? 4 : Math.max(formula, mathematics)],
    ['CODE', code === 2 ? 3 : code],
    ['PROGRAMMING', isAboutWord ? 0 : Math.min(2, count('programming'))],
    ['EXPERTISE', isAboutWord ? 0 : topicPoints(count('expertise'))],
    ['UNIVERSAL', isAboutWord ? 0 : once(count('universal'), 1)],
  ];
};

const lengthPoints = (words: number): number => [25, 60, 200].filter((least) => words >= least).length;

/** How a text is built. */
const formPoints = ({ text, count }: Reading): readonly (readonly [QuestionRule, number])[] => {
  const sentences = sentencesOf(text);
  const words = countWords(foldWords(sentences));
  const numbers = countNumbers(sentences);
  return [
    ['CONSTRAINTS', Math.min(2, count('constraints'))],
    ['SEVERAL_QUESTIONS', Math.max(0, Math.min(2, countQuestions(text) - 1))],
    ['NUMBERS', numbers >= 3 && words >= shortWords ? 2 : 0],
    ['LONG', lengthPoints(words)],
  ];
};

type Points = readonly (readonly [QuestionRule, number])[];
const sumOf = (points: Points): number => points.reduce((sum, [, value]) => sum + value, 0);

/** An easy part makes no hard request easier. */
const easyPoints = ({ count, words }: Reading, requests: Points): Points => {
  if (requests.some(([, value]) => value >= hardPoints)) return [];
  return [
    ['LOOKUP', sumOf(requests) === 0 ? -once(count('lookup'), 1) : 0],
    ['DEFINITION', words <= shortWords ? -once(count('definition'), 2) : 0],
    ['TRANSLATION', -once(count('translation'), 2)],
    ['GREETING', -once(count('greeting'), 2)],
  ];
};

const isEasy = ({ count }: Reading): boolean =>
  (['lookup', 'definition', 'translation', 'greeting'] as const).some((kind) => count(kind) > 0);

const unclearPoints = (reading: Reading): number => {
  const limit = reading.language === undefined ? 4 : 8;
  return isEasy(reading) || reading.words <= limit ? 0 : 2;
};

/** In a question about words, those in quotation marks are what it is about, not what it asks. */
const countPhrases = (text: string, whole: FoundPhrases, spoken: ReadonlySet<string>): Count => {
  const { unquoted, quoted } = splitQuotes(text);
  if (quoted === '') return (kind) => whole.count(kind, spoken);
  const outside = findPhrases(foldWords(unquoted));
  const isAboutWords = outside.count('definition', spoken) + outside.count('translation', spoken) > 0;
  return (kind) => (isAboutWords ? outside : whole).count(kind, spoken);
};

/** @param text what a user wrote, of any length */
export const judgeQuestion = (text: string): QuestionJudgement => {
  const part = boundText(text);
  const folded = foldWords(part);
  const phrases = findPhrases(folded);
  const { language, spoken } = tellLanguage(part, phrases.evidence);
  const words = countWords(folded);
  const reading = { text: part, words, count: countPhrases(part, phrases, spoken), language };
  const requests = requestPoints(reading);
  const hard: Points = [...requests, ...topicSignals(reading), ...formPoints(reading)];
  const points: Points = [...hard, ['UNCLEAR', unclearPoints(reading)], ...easyPoints(reading, requests)];
  const signals = points.filter(([, value]) => value !== 0).map(([rule, value]) => ({ rule, points: value }));
  const isShort = words < leastWords || (words <= followUpWords && phrases.beginsAsFollowUp(spoken));
  const isHard = hard.some(([, value]) => value >= hardPoints);
  return { complexity: isShort && !isHard ? undefined : classOfPoints(sumOf(points)), language, signals };
};
