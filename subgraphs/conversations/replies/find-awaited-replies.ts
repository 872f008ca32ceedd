/** Finds the replies whose end usage may not have received yet, so that it keeps what is reserved for them. */
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { inFlightStatuses, MessageEntity } from '../entities.ts';

/** Milliseconds within which usage receives the end of a reply, even when its results had to wait for its database. */
const receivedWithinMs = 900_000;

/**
 * Returns the ids of those replies that have not ended, or have ended too lately for usage to have received it.
 * @param ids of replies, stored or not
 */
export const findAwaitedReplies = async (
  database: Database,
  { tenantId }: Identity,
  ids: readonly string[],
): Promise<string[]> => {
  const known = ids.filter((id) => validate(id));
  const since = new Date(Date.now() - receivedWithinMs);
  const found = await database
    .forTenant(tenantId)
    .find(
      MessageEntity,
      { id: { $in: known }, $or: [{ status: { $in: [...inFlightStatuses] } }, { completedAt: { $gt: since } }] },
      { fields: ['id'] },
    );
  return found.map(({ id }) => id);
};
