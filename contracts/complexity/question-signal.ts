/**
 * The rules of a judgement, what each can add, and the sums from which a question is of a class. Rules of negative
 * points are signs of an easy question. docs/admin.md describes the rules to administrators.
 */
import type { Complexity } from './complexity.ts';

export const questionRules = [
  /** Asks for a proof or a derivation. */
  'PROOF',
  'MATHEMATICS',
  /** Asks for a design, a plan, an architecture. */
  'DESIGN',
  /** Asks to weigh or to judge. */
  'ANALYSIS',
  /** One of the questions that nobody looks up. */
  'PHILOSOPHY',
  /** Asks to find a fault, or holds a stack trace. */
  'DEBUGGING',
  /** Speaks of programs. */
  'PROGRAMMING',
  /** Holds code. */
  'CODE',
  /** Law, medicine, money. */
  'EXPERTISE',
  /** Asks for steps, or lists them. */
  'STEPS',
  'COMPARISON',
  'CONSTRAINTS',
  /** Asks for a decision. */
  'ADVICE',
  /** Speaks of what may be. */
  'HYPOTHESIS',
  /** Claims something of all cases. */
  'UNIVERSAL',
  'WHY',
  'EXPLANATION',
  'WRITING',
  'SEVERAL_QUESTIONS',
  /** Several sentences: describes something before it asks. */
  'SITUATION',
  /** Holds several numbers in sentences. */
  'NUMBERS',
  'LONG',
  /** Nothing says that it is easy. */
  'UNCLEAR',
  /** Asks for one fact. */
  'LOOKUP',
  /** Asks for the meaning or the spelling of a word. */
  'DEFINITION',
  'TRANSLATION',
  'GREETING',
] as const;
export type QuestionRule = (typeof questionRules)[number];

/** One rule that matched a question. */
export interface QuestionSignal {
  readonly rule: QuestionRule;
  /** What it added to the sum. */
  readonly points: number;
}

const moderateFrom = 2;
const complexFrom = 4;

export const classOfPoints = (points: number): Complexity => {
  if (points >= complexFrom) return 'COMPLEX';
  return points >= moderateFrom ? 'MODERATE' : 'SIMPLE';
};

/** Points of one rule with which even the shortest text can be judged. */
export const hardPoints = 3;
