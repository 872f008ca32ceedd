/**
 * Creates an API key for the caller. A key may do at most what its creator may: by default it has the role USER and no
 * scope. Invariant: the key itself leaves here once, in the result, and is stored nowhere.
 */
import { LockMode } from '@mikro-orm/core';
import { v7 } from 'uuid';
import type { Identity, Role } from '#contracts/identity.ts';
import { generateApiKey, hashApiKey, visiblePrefix } from '#kernel/access/api-key.ts';
import { AppError } from '#kernel/errors.ts';
import { requireViewer, type ViewerServices } from '../accounts/current-account.ts';
import { type ApiKey, ApiKeyEntity, UserEntity } from '../entities.ts';

export interface ApiKeyRequest {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly string[];
  /** Default: never. */
  readonly expiresAt?: Date | null | undefined;
}

export interface CreatedApiKey {
  readonly apiKey: ApiKey;
  /** The key itself. */
  readonly secret: string;
}

/** Most characters of a name. */
const maxName = 100;
/** Most valid keys of a user: ten integrations, each with the next key in addition to the one that it replaces. */
const maxKeys = 20;

const requireRequest = (identity: Identity, { name, roles, scopes, expiresAt }: ApiKeyRequest): void => {
  if (identity.apiKeyId !== undefined) {
    throw new AppError('FORBIDDEN', 'An API key cannot create API keys. Use an access token.');
  }
  if (name.trim() === '' || name.length > maxName) {
    throw new AppError('BAD_USER_INPUT', `A name has 1 to ${maxName} characters.`, { argument: 'name' });
  }
  if (expiresAt != null && expiresAt.getTime() <= Date.now()) {
    throw new AppError('BAD_USER_INPUT', 'An API key expires in the future.', { argument: 'expiresAt' });
  }
  const missing = [
    ...roles.filter((role) => role !== 'USER' && !identity.roles.includes(role)),
    ...scopes.filter((scope) => !identity.scopes.includes(scope)),
  ];
  if (missing.length > 0) {
    throw new AppError('FORBIDDEN', `You cannot give an API key what you do not have: ${missing.join(', ')}.`);
  }
};

/** Throws FORBIDDEN to an API key, and for rights that the user does not have; BAD_USER_INPUT; TOO_MANY_API_KEYS. */
export const createApiKey = async (
  services: ViewerServices,
  identity: Identity,
  request: ApiKeyRequest,
): Promise<CreatedApiKey> => {
  const { tenantId, userId } = identity;
  requireRequest(identity, request);
  await requireViewer(services, identity);
  const secret = generateApiKey();
  const apiKey = await services.database.forTenant(tenantId).transactional(async (em) => {
    // Serializes the creations of one user, so that the count is right.
    await em.findOneOrFail(UserEntity, { tenantId, id: userId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    const inForce = await em.count(ApiKeyEntity, {
      tenantId,
      userId,
      revokedAt: null,
      $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }],
    });
    if (inForce >= maxKeys) {
      throw new AppError('TOO_MANY_API_KEYS', `A user has at most ${maxKeys} API keys. Revoke one first.`, {
        details: { limit: maxKeys },
      });
    }
    return em.create(ApiKeyEntity, {
      tenantId,
      id: v7(),
      userId,
      name: request.name,
      prefix: visiblePrefix(secret),
      secretHash: hashApiKey(secret),
      roles: [...new Set(request.roles)],
      scopes: [...new Set(request.scopes)],
      expiresAt: request.expiresAt ?? null,
    });
  });
  return { apiKey, secret };
};
