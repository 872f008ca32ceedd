/** Lists the sessions of a user's browsers, newest first. Sessions belong to the gateways; this reads them. */
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import { requireRole } from '#kernel/identity.ts';
import type { Session, Sessions } from '#kernel/sessions/sessions.ts';

/**
 * @param userId another user requires ADMIN. A user of another tenant has no sessions in the caller's, so the list is
 *   empty.
 */
export const listSessions = async (
  { sessions }: { readonly sessions: Pick<Sessions, 'list'> },
  identity: Identity,
  userId: string | null | undefined,
): Promise<readonly Session[]> => {
  if (userId != null && !validate(userId)) {
    throw new AppError('BAD_USER_INPUT', 'userId is not the id of a user.', { argument: 'userId' });
  }
  if (userId != null && userId !== identity.userId) requireRole(identity, 'ADMIN');
  return sessions.list(identity.tenantId, userId ?? identity.userId);
};
