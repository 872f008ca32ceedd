/**
 * Ends an API key for good. Stored first, then told to every gateway; when the mutation has answered, it was told. A signal that is lost
 * costs seconds: gateways look again at the keys that they know.
 */
import { validate } from 'uuid';
import { apiKeyRevokedTopic } from '#kernel/access/api-key.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { UsageContext } from '../context.ts';
import { type ApiKey, ApiKeyEntity } from '../entities.ts';

/** Tells that a key was revoked. Never rejects. */
export type TellRevocation = (apiKeyId: string) => Promise<void>;

export const createRevocationTeller =
  (signals: Signals, logger: Logger): TellRevocation =>
  (apiKeyId) =>
    signals
      .publish(apiKeyRevokedTopic, apiKeyId)
      .catch((err: unknown) => logger.warn({ err }, 'a revoked API key is told late'));

/**
 * The same again for one that is revoked already. Throws NOT_FOUND for a key of another tenant, and for another user's without ADMIN, as
 * for one that does not exist.
 */
export const revokeApiKey = async (
  { database, identity, tellRevocation }: UsageContext,
  id: string,
): Promise<ApiKey> => {
  const { tenantId, userId, roles } = identity;
  const em = database.forTenant(tenantId);
  const mine = roles.includes('ADMIN') ? {} : { userId };
  const apiKey = validate(id) ? await em.findOne(ApiKeyEntity, { tenantId, id, ...mine }) : null;
  if (!apiKey) throw new AppError('NOT_FOUND', 'There is no such API key.', { argument: 'id' });
  apiKey.revokedAt ??= new Date();
  await em.flush();
  await tellRevocation(apiKey.id);
  return apiKey;
};
