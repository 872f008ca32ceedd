/**
 * Revokes an API key for good. The revocation is stored first and then published to every gateway; when the mutation
 * has returned, it was published. A lost signal costs seconds, because gateways check the keys that they remember
 * again.
 */
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { apiKeyRevokedTopic } from '#kernel/access/api-key.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { type ApiKey, ApiKeyEntity } from '../entities.ts';

/** Signals that a key was revoked. Never rejects. */
export type PublishRevocation = (apiKeyId: string) => Promise<void>;

export const createRevocationPublisher =
  (signals: Signals, logger: Logger): PublishRevocation =>
  (apiKeyId) =>
    signals
      .publish(apiKeyRevokedTopic, apiKeyId)
      .catch((err: unknown) =>
        logger.warn({ err }, 'revocation of an API key not signalled: gateways notice it later'),
      );

/**
 * Revoking a key again changes nothing and signals again. Throws NOT_FOUND for an unknown key, a key of another tenant,
 * and another user's key unless the caller is an ADMIN.
 */
export const revokeApiKey = async (
  { database, publishRevocation }: { readonly database: Database; readonly publishRevocation: PublishRevocation },
  identity: Identity,
  id: string,
): Promise<ApiKey> => {
  const { tenantId, userId, roles } = identity;
  const em = database.forTenant(tenantId);
  const ownOnly = roles.includes('ADMIN') ? {} : { userId };
  const apiKey = validate(id) ? await em.findOne(ApiKeyEntity, { tenantId, id, ...ownOnly }) : null;
  if (!apiKey) throw new AppError('NOT_FOUND', 'There is no such API key.', { argument: 'id' });
  apiKey.revokedAt ??= new Date();
  await em.flush();
  await publishRevocation(apiKey.id);
  return apiKey;
};
