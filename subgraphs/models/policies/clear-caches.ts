/**
 * Clears what was kept of a tenant's replies: under the new epoch, none of it is found any more. Its memory is given
 * back when it expires.
 */
import { v7 as uuidv7 } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { policiesChangedTopic } from '#contracts/routing-signals.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { ReplyCacheEntity } from '../entities.ts';

/** Empty where the caches were never cleared. */
export const readCacheEpoch = async (database: Database, tenantId: string): Promise<string> =>
  (await database.forTenant(tenantId).findOne(ReplyCacheEntity, { tenantId }))?.epoch ?? '';

/** Returns when they were cleared. */
export const clearCaches = async (
  { database, signals }: { readonly database: Database; readonly signals: Signals },
  { tenantId }: Identity,
): Promise<Date> => {
  const clearedAt = new Date();
  await database.forTenant(tenantId).upsert(ReplyCacheEntity, { tenantId, epoch: uuidv7(), clearedAt });
  await signals.publish(policiesChangedTopic, { tenantId });
  return clearedAt;
};
