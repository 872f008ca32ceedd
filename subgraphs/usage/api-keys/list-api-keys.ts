/** API keys, a page at a time, oldest first: of an administrator's whole tenant, of everybody else its own. */
import { validate } from 'uuid';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { type Identity, requireRole } from '#kernel/identity.ts';
import { ApiKeyEntity } from '../entities.ts';
import { type PageArguments, pageById } from '../page-by-id.ts';

export interface ApiKeysRequest extends PageArguments {
  /** Only this user's. */
  readonly userId?: string | null | undefined;
}

/** Throws FORBIDDEN for another user's without ADMIN, and BAD_USER_INPUT. */
export const listApiKeys = (database: Database, identity: Identity, request: ApiKeysRequest) => {
  if (request.userId != null && !validate(request.userId)) {
    throw new AppError('BAD_USER_INPUT', 'userId is not the id of a user.', { argument: 'userId' });
  }
  const { tenantId } = identity;
  const userId = request.userId?.toLowerCase() ?? (identity.roles.includes('ADMIN') ? undefined : identity.userId);
  if (userId !== undefined && userId !== identity.userId) requireRole(identity, 'ADMIN');
  return pageById(request, ({ range, options }) =>
    database
      .forTenant(tenantId)
      .find(ApiKeyEntity, { tenantId, id: range, ...(userId === undefined ? {} : { userId }) }, options),
  );
};
