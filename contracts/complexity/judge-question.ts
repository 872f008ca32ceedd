/**
 * Judges how hard a question is, by rules alone: no model is asked, and no text leaves the process. Invariants: equal
 * texts have equal judgements, and no rule sees more of a text than `boundText` returns.
 */
import { boundText, foldWords, partLength } from './bounded-text.ts';
import type { Complexity } from './complexity.ts';
import { classOfPoints, hardPoints, type QuestionRule, type QuestionSignal, rulePoints } from './question-signal.ts';
import { readQuestionWords } from './question-words.ts';
import { countQuestions, hasCode, hasMathematics } from './text-signs.ts';

export interface QuestionJudgement {
  /** undefined: too short to judge by itself, takes the conversation's class (`classOfTurn`). */
  readonly complexity: Complexity | undefined;
  /** ISO 639-1; undefined: unknown. */
  readonly language: string | undefined;
  /** Each rule that matched. */
  readonly signals: readonly QuestionSignal[];
}

const longFrom = 400;
/** A text of fewer words cannot be judged by itself. */
const leastWords = 3;
/** A text that leans on what was said before has at most these words. */
const followUpWords = 6;

/** @param text what a user wrote, of any length */
export const judgeQuestion = (text: string): QuestionJudgement => {
  const part = boundText(text);
  const words = foldWords(part);
  const { language, rules: wordRules, isFollowUp } = readQuestionWords(words);
  const rules = new Set<QuestionRule>(wordRules);
  if (text.length >= longFrom) rules.add(text.length > 2 * partLength ? 'VERY_LONG' : 'LONG');
  if (hasCode(part)) rules.add('CODE');
  if (hasMathematics(part)) rules.add('MATHEMATICS');
  if (countQuestions(part) > 1) rules.add('SEVERAL_QUESTIONS');
  const signals = [...rules].map((rule) => ({ rule, points: rulePoints[rule] }));
  const count = words.split(' ').length - 2;
  const isShort = count < leastWords || (isFollowUp && count <= followUpWords);
  const isHard = signals.some(({ points }) => points >= hardPoints);
  const sum = signals.reduce((total, { points }) => total + points, 0);
  return { complexity: isShort && !isHard ? undefined : classOfPoints(sum), language, signals };
};
