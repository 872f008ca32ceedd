/**
 * The class of a turn: that of its question, or of the conversation that the question belongs to. Invariant: within a
 * conversation that goes on, the class never falls. A model that was chosen for a hard question stays for its
 * follow-ups, which look easy by themselves, and the provider's cache of the prompt stays warm.
 */
import { type Complexity, harder } from './complexity.ts';
import type { QuestionJudgement } from './judge-question.ts';

/**
 * After this pause, a question is judged by itself: people who come back begin something else, and providers keep a
 * prompt in their cache for minutes, so nothing is lost by another model.
 */
export const idleAfterMs = 30 * 60_000;

/** Why a turn has its class, and what that means. */
export const classReasons = {
  QUESTION: 'the question was judged by itself',
  CONVERSATION: 'the conversation has had a harder question',
  TOO_SHORT: 'the question is too short to judge, and takes the class of the conversation',
  NOTHING_BEFORE: 'the question is short, and nothing came before it',
  IDLE: 'the conversation has paused for long, so the question was judged by itself',
} as const satisfies Readonly<Record<string, string>>;
export type ClassReason = keyof typeof classReasons;

/** The class that the turn before had, and when it began. */
export interface PreviousClass {
  readonly complexity: Complexity;
  /** In ms since 1970. */
  readonly at: number;
}

export interface TurnClass {
  readonly complexity: Complexity;
  readonly reason: ClassReason;
}

/**
 * @param previous undefined for the first turn
 * @param now in ms since 1970
 */
export const classOfTurn = (
  { complexity }: Pick<QuestionJudgement, 'complexity'>,
  previous: PreviousClass | undefined,
  now: number,
): TurnClass => {
  if (previous === undefined) {
    return complexity === undefined
      ? { complexity: 'SIMPLE', reason: 'NOTHING_BEFORE' }
      : { complexity, reason: 'QUESTION' };
  }
  // However long the pause, what is too short by itself is about what came before.
  if (complexity === undefined) return { complexity: previous.complexity, reason: 'TOO_SHORT' };
  if (now - previous.at >= idleAfterMs) return { complexity, reason: 'IDLE' };
  const hardest = harder(complexity, previous.complexity);
  return { complexity: hardest, reason: hardest === complexity ? 'QUESTION' : 'CONVERSATION' };
};
