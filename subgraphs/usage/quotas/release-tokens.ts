/**
 * Releases what a request has reserved that was not admitted after all. Repeating it, or naming an unknown reservation,
 * has no effect.
 */
import { validate } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { ReservationServices } from './reserve-tokens.ts';

const releasedSchema = z.tuple([z.object({ release_reservation: z.boolean() })]);

const release = async (database: Database, identity: Identity, reservationId: string): Promise<boolean> => {
  const parameters = { a_tenant: identity.tenantId, a_reservation: reservationId };
  const rows = await callFunction(database, { name: 'usage.release_reservation', parameters });
  return releasedSchema.parse(rows)[0].release_reservation;
};

/** Returns whether the reservation held tokens until now. */
export const releaseTokens = async (
  { database, quotaChanges }: Pick<ReservationServices, 'database' | 'quotaChanges'>,
  identity: Identity,
  reservationId: string,
): Promise<boolean> => {
  const released = validate(reservationId) && (await release(database, identity, reservationId));
  quotaChanges.announce(identity.tenantId, identity.userId);
  return released;
};
