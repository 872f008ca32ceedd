/**
 * Judges a turn before it is admitted: how hard its question is, in which language, and why. Only the question counts,
 * and the class of the turns above it; never the instructions or the length of the history.
 */
import type { Complexity } from '#contracts/complexity/complexity.ts';
import {
  type ClassReason,
  classOfTurn,
  classReasons,
  type PreviousClass,
} from '#contracts/complexity/conversation-class.ts';
import { judgeQuestion } from '#contracts/complexity/judge-question.ts';

export interface JudgedTurn {
  readonly complexity: Complexity;
  /** ISO 639-1; undefined: unknown. */
  readonly language: string | undefined;
  /** Why it has this class. */
  readonly basis: ClassReason;
  /** The same in a sentence for people. */
  readonly reason: string;
}

/** @param previous the class of the last turn above */
export const judgeTurn = (question: string, previous: PreviousClass | undefined): JudgedTurn => {
  const judgement = judgeQuestion(question);
  const { complexity, reason: basis } = classOfTurn(judgement, previous, Date.now());
  const reason = `It counts as ${complexity}: ${classReasons[basis]}.`;
  return { complexity, language: judgement.language, basis, reason };
};
