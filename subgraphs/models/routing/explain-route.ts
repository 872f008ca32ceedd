/**
 * Explains where a message would go, and why. The text is judged as conversations judges it before it asks for a route
 * (contracts/complexity). Nothing is stored or sent.
 */
import type { Complexity } from '#contracts/complexity/complexity.ts';
import { classOfTurn, classReasons } from '#contracts/complexity/conversation-class.ts';
import { judgeQuestion } from '#contracts/complexity/judge-question.ts';
import type { QuestionSignal } from '#contracts/complexity/question-signal.ts';
import type { Identity } from '#contracts/identity.ts';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import { AppError } from '#kernel/errors.ts';
import type { RouteDecision, RouteRequest, Routing } from './route-message.ts';

export interface RouteToExplain extends Omit<RouteRequest, 'question'> {
  /** The text of the question. */
  readonly content?: string | null | undefined;
  /** The class of the turn before, in a conversation that goes on. */
  readonly conversationComplexity?: Complexity | null | undefined;
  /** The categories that the question is taken to be flagged for. */
  readonly moderation?: readonly ModerationCategory[] | null | undefined;
}

/** What was judged of the text. */
interface ExplainedQuestion {
  readonly complexity: Complexity;
  /** One sentence for people. */
  readonly complexityReason: string;
  readonly language: string | undefined;
  readonly signals: readonly QuestionSignal[];
}

export interface RouteExplanation extends RouteDecision {
  /** Undefined without a text. */
  readonly question: ExplainedQuestion | undefined;
}

export interface ExplainServices {
  readonly routing: Routing;
  /** Most characters of a text (`MAX_CONTENT_LENGTH`). */
  readonly maxContentLength: number;
}

const judge = (content: string, conversationComplexity: Complexity | undefined): ExplainedQuestion => {
  const now = Date.now();
  const judgement = judgeQuestion(content);
  const previous = conversationComplexity && { complexity: conversationComplexity, at: now };
  const { complexity, reason } = classOfTurn(judgement, previous, now);
  const sentence = classReasons[reason];
  return {
    complexity,
    complexityReason: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
    language: judgement.language,
    signals: judgement.signals,
  };
};

/** Throws BAD_USER_INPUT. */
export const explainRoute = async (
  { routing, maxContentLength }: ExplainServices,
  identity: Identity,
  { content, conversationComplexity, moderation, ...request }: RouteToExplain,
): Promise<RouteExplanation> => {
  if (content != null && content.length > maxContentLength) {
    throw new AppError('BAD_USER_INPUT', `A message has at most ${maxContentLength} characters. Shorten it.`, {
      argument: 'input.content',
    });
  }
  const question = content == null ? undefined : judge(content, conversationComplexity ?? undefined);
  const decision = await routing.decide(identity, {
    ...request,
    question: {
      complexity: question?.complexity ?? conversationComplexity ?? undefined,
      language: question?.language,
      moderation: moderation ?? [],
    },
  });
  return { ...decision, question };
};
