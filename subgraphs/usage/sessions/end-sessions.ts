/** Ends sessions of browsers: one that its user or an administrator names, or all of a user who is deactivated. */
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Session, Sessions } from '#kernel/sessions/sessions.ts';

/**
 * Throws NOT_FOUND for an unknown session, one that has ended, a session of another tenant, and another user's session
 * unless the caller is an ADMIN.
 */
export const endSession = async (
  { sessions }: { readonly sessions: Pick<Sessions, 'find' | 'end'> },
  identity: Identity,
  id: string,
): Promise<Session> => {
  const { tenantId, userId, roles } = identity;
  const found = validate(id) ? await sessions.find(id) : undefined;
  const isOwn = found?.tenantId === tenantId && (found.userId === userId || roles.includes('ADMIN'));
  if (!found || !isOwn) throw new AppError('NOT_FOUND', 'There is no such session.', { argument: 'id' });
  await sessions.end(found);
  return found;
};

/** Ends all sessions of a user. Never rejects: a deactivated user is refused all the same. */
export type EndSessionsOf = (tenantId: string, userId: string) => Promise<void>;

export const createSessionsEnd =
  (sessions: Pick<Sessions, 'list' | 'end'>, logger: Logger): EndSessionsOf =>
  async (tenantId, userId) => {
    try {
      for (const session of await sessions.list(tenantId, userId)) await sessions.end(session);
    } catch (err) {
      logger.warn({ err, userId }, 'the sessions of a deactivated user did not end; its requests are refused');
    }
  };
