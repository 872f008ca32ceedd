/**
 * Judges a turn before it is admitted: how hard its question is, in which language, and why. Only the question counts,
 * and the class of the turns above it; never the instructions or the length of the history.
 */
import type { Complexity } from '#contracts/complexity/complexity.ts';
import { classOfTurn, classReasons, type PreviousClass } from '#contracts/complexity/conversation-class.ts';
import { judgeQuestion } from '#contracts/complexity/judge-question.ts';

export interface JudgedTurn {
  readonly complexity: Complexity;
  /** ISO 639-1; undefined: unknown. */
  readonly language: string | undefined;
  /** One sentence for people. */
  readonly reason: string;
}

/** @param previous the class of the last turn above */
export const judgeTurn = (question: string, previous: PreviousClass | undefined): JudgedTurn => {
  const judgement = judgeQuestion(question);
  const { complexity, reason } = classOfTurn(judgement, previous, Date.now());
  return { complexity, language: judgement.language, reason: `It counts as ${complexity}: ${classReasons[reason]}.` };
};
