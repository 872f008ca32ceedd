/** What is asked of routing: the models to choose from, and everything about a message that the choice depends on. */
import type { Complexity } from '#contracts/complexity/complexity.ts';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import type { PlanTier } from '#contracts/plan-tiers.ts';
import type { ModelCapability, PolicyRule, RoutingPolicy } from '../entities.ts';

/** What is known of the question of a message, without its text. */
export interface JudgedQuestion {
  /** Undefined: nobody has judged it, so no rule for a complexity holds. */
  readonly complexity: Complexity | undefined;
  /** ISO 639-1. */
  readonly language: string | undefined;
  /** The categories that it was flagged for. */
  readonly moderation: readonly ModerationCategory[];
}

/** A rule that is followed, with its place in the policy from 1. */
export interface FollowedRule {
  readonly position: number;
  readonly rule: PolicyRule;
}

/** The models to consider, in their order: those of a policy, one model, or all in the platform's order. */
export type RouteScope =
  | { readonly policy: RoutingPolicy; readonly followed?: FollowedRule | undefined }
  | { readonly modelId: string }
  | 'PLATFORM';

export interface RouteQuestion {
  readonly scope: RouteScope;
  readonly requires: readonly ModelCapability[];
  /** Models that can do all of this come first. Default: no matter. */
  readonly prefers?: readonly ModelCapability[];
  /** Tokens of the prompt that must not be cut. */
  readonly inputTokens: number;
  /** Tokens that the whole prompt is likely to have. */
  readonly promptTokens: number;
  readonly maxOutputTokens: number | undefined;
  readonly plan: PlanTier;
  /** The sender's tenant, whose own circuits count too. */
  readonly tenantId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export const policyOf = (scope: RouteScope): RoutingPolicy | undefined =>
  typeof scope === 'object' && 'policy' in scope ? scope.policy : undefined;

export const followedRuleOf = (scope: RouteScope): FollowedRule | undefined =>
  typeof scope === 'object' && 'policy' in scope ? scope.followed : undefined;
