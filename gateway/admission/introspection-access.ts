/** Decides who may read the schema by introspection. */
import { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import { costOfIntrospection } from '../limits/introspection-cost.ts';
import type { MeasuredOperation } from '../limits/operation-measure.ts';
import { tokenMissing } from './request-authentication.ts';

/** Throws FORBIDDEN, or UNAUTHENTICATED without a user. The operation must be valid. */
export type CheckIntrospection = (subject: MeasuredOperation, user: AuthenticatedUser | undefined) => void;

/** @param roles whose users may read the schema. Undefined: everybody may. */
export const createIntrospectionCheck = (roles: readonly string[] | undefined): CheckIntrospection => {
  if (roles === undefined) return () => {};
  return (subject, user) => {
    if (costOfIntrospection(subject) === 0) return;
    if (!user) throw tokenMissing();
    if (user.identity.roles.some((role) => roles.includes(role))) return;
    throw new AppError('FORBIDDEN', 'Your role does not allow reading the schema.');
  };
};
