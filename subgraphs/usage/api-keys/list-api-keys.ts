/**
 * Lists API keys page by page, oldest first: those of the whole tenant to administrators, otherwise the caller's own.
 */
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { requireRole } from '#kernel/identity.ts';
import { pageById } from '#kernel/subgraph-server/page-by-id.ts';
import type { Page, PageArguments } from '#kernel/subgraph-server/paging.ts';
import { type ApiKey, ApiKeyEntity } from '../entities.ts';

export interface ApiKeysRequest extends PageArguments {
  /** Restricts the list to this user. */
  readonly userId?: string | null | undefined;
}

/** Throws BAD_USER_INPUT, and FORBIDDEN for another user unless the caller is an ADMIN. */
export const listApiKeys = (database: Database, identity: Identity, request: ApiKeysRequest): Promise<Page<ApiKey>> => {
  if (request.userId != null && !validate(request.userId)) {
    throw new AppError('BAD_USER_INPUT', 'userId is not the id of a user.', { argument: 'userId' });
  }
  const { tenantId } = identity;
  const userId = request.userId?.toLowerCase() ?? (identity.roles.includes('ADMIN') ? undefined : identity.userId);
  if (userId !== undefined && userId !== identity.userId) requireRole(identity, 'ADMIN');
  return pageById<ApiKey>(request, ({ range, options }) =>
    database
      .forTenant(tenantId)
      .find(ApiKeyEntity, { tenantId, id: range, ...(userId === undefined ? {} : { userId }) }, options),
  );
};
