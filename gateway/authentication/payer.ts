/** Identifies the user whose planning budget pays for an operation. */
import { type AuthenticatedUser, nobody } from './authenticator.ts';

/** Who pays for the work: a user, or undefined for the gateway itself, which has no budget. */
export type Payer = string | undefined;

/** In development a request may come without a token, and what is public is read without one. */
export const payerOf = (user: AuthenticatedUser | undefined): Payer => {
  if (user?.isAnonymous === true && user.isVisitor !== true) return undefined;
  const { tenantId, userId } = user?.identity ?? nobody;
  return `${tenantId}:${userId}`;
};
