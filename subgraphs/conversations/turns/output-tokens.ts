/** How long a reply may get: what its message asks for, within what plan and policy allow, or else their default. */
import { AppError } from '#kernel/errors.ts';

/** As models says them for a route; undefined where nothing but the model bounds a reply. */
export interface OutputLimits {
  readonly byDefault: number | undefined;
  readonly most: number | undefined;
}

/** Undefined where the model alone decides. Throws BAD_USER_INPUT. */
export const outputTokensWithin = (
  { byDefault, most }: OutputLimits = { byDefault: undefined, most: undefined },
  asked: number | undefined,
): number | undefined => {
  if (asked === undefined) return byDefault ?? most;
  if (most === undefined || asked <= most) return asked;
  throw new AppError(
    'BAD_USER_INPUT',
    `"maxOutputTokens" is at most ${most} here, as your plan and the routing policy say. Ask for less, or leave it out.`,
    { argument: 'maxOutputTokens', details: { most } },
  );
};
