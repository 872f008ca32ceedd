/**
 * Gives back what a request reserved that was not admitted after all. Doing it again, or for an id that nothing is held
 * under, changes nothing.
 */
import { validate } from 'uuid';
import { z } from 'zod';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';

const releasedSchema = z.tuple([z.object({ release_reservation: z.boolean() })]);

/** True when tokens were held under the id until now. */
export const releaseTokens = async (
  database: Database,
  identity: Identity,
  reservationId: string,
): Promise<boolean> => {
  if (!validate(reservationId)) return false;
  const parameters = { a_tenant: identity.tenantId, a_reservation: reservationId };
  const rows = await callFunction(database, { name: 'usage.release_reservation', parameters });
  return releasedSchema.parse(rows)[0].release_reservation;
};
