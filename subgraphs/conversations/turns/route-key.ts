/**
 * What of a question its route depends on, and the key under which that route is remembered. Invariant: the number of
 * keys of a policy is bounded by the policy, not by what people write: a size becomes a class of sizes, and what no
 * rule of the policy asks for is left out.
 */
import { z } from 'zod';
import type { Complexity } from '#contracts/complexity/complexity.ts';
import type { Identity } from '#contracts/identity.ts';
import { type ModerationCategory, moderationCategories } from '#contracts/moderation/categories.ts';

export interface RouteQuestion {
  readonly identity: Identity;
  readonly modelPolicy: string | undefined;
  /** Tokens of the prompt that must not be cut. */
  readonly inputTokens: number;
  /** Tokens that the whole prompt is likely to have. */
  readonly promptTokens: number;
  readonly maxOutputTokens: number | undefined;
  /** Whether the model must be able to call tools. */
  readonly requiresTools: boolean;
  /** Whether the model must see pictures. Default: false. */
  readonly requiresVision?: boolean;
  /** Whether models that can be held to JSON come first. */
  readonly prefersJson: boolean;
  /** Undefined: it does not count. */
  readonly complexity: Complexity | undefined;
  /** ISO 639-1. */
  readonly language: string | undefined;
  /** Categories that screening has flagged the question for. */
  readonly moderation: readonly ModerationCategory[];
}

export const routeDependenciesSchema = z.object({
  complexity: z.boolean(),
  languages: z.array(z.string()),
  moderation: z.array(z.enum(moderationCategories)),
  promptTokens: z.boolean(),
});
export type RouteDependencies = z.infer<typeof routeDependenciesSchema>;

/** Tokens of the smallest size class. Each further class has twice the size. */
const smallestSizeClass = 256;
/** Classes for each doubling of a whole prompt, whose size is a matter of money. */
const promptClassesPerDoubling = 4;

/** The upper bound of the class. */
const classOf = (tokens: number, classesPerDoubling: number): number =>
  Math.max(
    smallestSizeClass,
    Math.ceil(2 ** (Math.ceil(Math.log2(Math.max(1, tokens)) * classesPerDoubling) / classesPerDoubling)),
  );

/** The question as it is sent: without what does not count, and of the upper bounds of its classes. */
export const narrowQuestion = (question: RouteQuestion, depends: RouteDependencies | undefined): RouteQuestion => {
  const sized = { ...question, inputTokens: classOf(question.inputTokens, 1) };
  const promptTokens = classOf(question.promptTokens, promptClassesPerDoubling);
  if (depends === undefined) return { ...sized, promptTokens };
  const { complexity, language, moderation } = question;
  return {
    ...sized,
    promptTokens: depends.promptTokens ? promptTokens : sized.inputTokens,
    complexity: depends.complexity ? complexity : undefined,
    language: language !== undefined && depends.languages.includes(language) ? language : undefined,
    moderation: depends.moderation.filter((category) => moderation.includes(category)),
  };
};

/** All routes of a policy have the same one. */
export const policyKeyOf = ({ identity, modelPolicy }: RouteQuestion): string =>
  JSON.stringify([identity.tenantId, modelPolicy]);

/** @param question narrowed */
export const routeKeyOf = (question: RouteQuestion): string =>
  JSON.stringify([
    question.identity.tenantId,
    question.modelPolicy,
    question.inputTokens,
    question.promptTokens,
    question.maxOutputTokens,
    question.requiresTools,
    question.requiresVision ?? false,
    question.prefersJson,
    question.complexity,
    question.language,
    question.moderation,
  ]);
