/** How many tokens a reply may have: by default, and at most, as the plan and the policy say together. */
import type { RoutingPolicy } from '../entities.ts';

/** Tokens; undefined where nothing but the model bounds them. */
export interface OutputLimits {
  /** Where the message does not say. Never more than `most`. */
  readonly byDefault: number | undefined;
  readonly most: number | undefined;
}

const least = (numbers: readonly (number | null | undefined)[]): number | undefined => {
  const known = numbers.filter((one) => one != null);
  return known.length === 0 ? undefined : Math.min(...known);
};

/**
 * The lower ceiling applies. The policy's default comes before the plan's, and the ceiling is the default where neither
 * has one.
 */
export const outputLimits = (
  plan: OutputLimits,
  policy: Pick<RoutingPolicy, 'defaultOutputTokens' | 'maxOutputTokens'> | undefined,
): OutputLimits => {
  const most = least([policy?.maxOutputTokens, plan.most]);
  return { byDefault: least([policy?.defaultOutputTokens ?? plan.byDefault ?? most, most]), most };
};
