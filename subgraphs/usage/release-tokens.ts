/**
 * Gives back what a request reserved that was not admitted after all. Doing it again, or for an id that nothing is held
 * under, changes nothing.
 */
import { validate } from 'uuid';
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';

const releaseSql = 'select usage.release_reservation(?, ?) as released';

/** True when tokens were held under the id until now. */
export const releaseTokens = async (
  database: Database,
  identity: Identity,
  reservationId: string,
): Promise<boolean> => {
  if (!validate(reservationId)) return false;
  const [row] = await database
    .forTenant(identity.tenantId)
    .execute<{ released: boolean }[]>(releaseSql, [identity.tenantId, reservationId]);
  return row?.released === true;
};
