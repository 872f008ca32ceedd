/**
 * Bytes that are reserved for the files of users and tenants. Invariant: what is reserved never exceeds the plan,
 * however many files are created at once, because reserving locks the tenant's sum; and a file's bytes are given back
 * once, in the transaction that ends them.
 */
import type { EntityManager } from '@mikro-orm/sql';
import type { StorageLimits } from '#contracts/storage-limits.ts';
import { AppError } from '#kernel/errors.ts';

export interface FileOwnership {
  readonly tenantId: string;
  readonly userId: string;
  readonly byteSize: number;
}

const tenantSql = `
  insert into knowledge.tenant_storage as sums (tenant_id, bytes) values (?, ?)
  on conflict (tenant_id) do update set bytes = sums.bytes + excluded.bytes
  where sums.bytes + excluded.bytes <= ?
  returning bytes`;
const userSql = `
  insert into knowledge.storage as sums (tenant_id, user_id, bytes, files) values (?, ?, ?, 1)
  on conflict (tenant_id, user_id) do update set bytes = sums.bytes + excluded.bytes, files = sums.files + 1
  where sums.bytes + excluded.bytes <= ? and sums.files < ?
  returning bytes`;
const releaseTenantSql = 'update knowledge.tenant_storage set bytes = greatest(bytes - ?, 0) where tenant_id = ?';
const releaseUserSql = `
  update knowledge.storage set bytes = greatest(bytes - ?, 0), files = greatest(files - 1, 0)
  where tenant_id = ? and user_id = ?`;

const refuse = (quota: string, sentence: string): never => {
  throw new AppError('QUOTA_EXCEEDED', sentence, { details: { quota } });
};

/**
 * Has the current transaction reserve alone in its tenant: what another one has just reserved is committed afterwards.
 */
export const lockStorage = async (em: EntityManager, tenantId: string): Promise<void> => {
  await em.execute(tenantSql, [tenantId, 0, Number.MAX_SAFE_INTEGER]);
};

/** In the current transaction. Throws QUOTA_EXCEEDED. */
export const reserveStorage = async (
  em: EntityManager,
  { tenantId, userId, byteSize }: FileOwnership,
  limits: StorageLimits,
): Promise<void> => {
  const tenant = await em.execute<unknown[]>(tenantSql, [tenantId, byteSize, limits.tenantBytes]);
  if (tenant.length === 0) refuse('TENANT_FILES', 'The storage of your organization is full. Delete files first.');
  const user = await em.execute<unknown[]>(userSql, [tenantId, userId, byteSize, limits.userBytes, limits.userFiles]);
  if (user.length === 0) refuse('USER_FILES', 'Your storage is full. Delete files first.');
};

/** In the current transaction. */
export const releaseStorage = async (
  em: EntityManager,
  { tenantId, userId, byteSize }: FileOwnership,
): Promise<void> => {
  await em.execute(releaseTenantSql, [byteSize, tenantId]);
  await em.execute(releaseUserSql, [byteSize, tenantId, userId]);
};
