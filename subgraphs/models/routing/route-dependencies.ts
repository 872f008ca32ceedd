/**
 * What of a question a policy's choice depends on. Conversations, which judges the question, sends no more of it, so
 * that the routes that it remembers stay few: a language that no rule names makes no route of its own.
 */
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import type { RoutingPolicy } from '../entities.ts';

export interface RouteDependencies {
  readonly complexity: boolean;
  /** Languages that rules name. */
  readonly languages: readonly string[];
  /** Categories that rules name. */
  readonly moderation: readonly ModerationCategory[];
  /** Whether the size of the whole prompt counts. */
  readonly promptTokens: boolean;
}

/** @param policy undefined where none applies */
export const dependenciesOf = (policy: RoutingPolicy | undefined): RouteDependencies => {
  const rules = policy?.rules ?? [];
  return {
    complexity: rules.some(({ complexity }) => complexity.length > 0),
    languages: [...new Set(rules.flatMap(({ languages }) => languages))],
    moderation: [...new Set(rules.flatMap(({ moderation }) => moderation))],
    promptTokens: policy?.costCeilingUsd != null,
  };
};
