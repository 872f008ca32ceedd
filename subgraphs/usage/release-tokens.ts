/** Gives back what a message held that was not admitted after all. Doing it again, or for a message that holds nothing, changes nothing. */
import { validate } from 'uuid';
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';

/** True when the message held tokens until now. */
export const releaseTokens = async (database: Database, identity: Identity, messageId: string): Promise<boolean> => {
  if (!validate(messageId)) return false;
  const [row] = await database
    .forTenant(identity.tenantId)
    .execute<{ released: boolean }[]>("select usage.close_reservation(?, ?, 'RELEASED', 0) as released", [
      identity.tenantId,
      messageId,
    ]);
  return row?.released === true;
};
