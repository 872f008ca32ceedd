/**
 * The rules of a judgement, and the points that each adds when it matches. Points add up to a class. Rules of negative
 * points are signs of an easy question.
 */
import type { Complexity } from './complexity.ts';

/** @see docs/admin.md, which describes each */
export const rulePoints = {
  PROOF: 5,
  DESIGN: 4,
  ANALYSIS: 4,
  DEBUGGING: 4,
  EXPERTISE: 3,
  MATHEMATICS: 3,
  CODE: 3,
  STEPS: 3,
  COMPARISON: 3,
  CONSTRAINTS: 2,
  SEVERAL_QUESTIONS: 2,
  LONG: 2,
  VERY_LONG: 3,
  WHY: 3,
  EXPLANATION: 2,
  WRITING: 2,
  LOOKUP: -2,
  TRANSLATION: -3,
  GREETING: -3,
} as const satisfies Readonly<Record<string, number>>;
export type QuestionRule = keyof typeof rulePoints;

/** One rule that matched a question. */
export interface QuestionSignal {
  readonly rule: QuestionRule;
  /** What it added to the sum. */
  readonly points: number;
}

/** The least sums of points. */
const moderateFrom = 1;
const complexFrom = 5;

export const classOfPoints = (points: number): Complexity => {
  if (points >= complexFrom) return 'COMPLEX';
  return points >= moderateFrom ? 'MODERATE' : 'SIMPLE';
};

/** Points from which one rule by itself makes even the shortest text a question that can be judged. */
export const hardPoints = 3;
