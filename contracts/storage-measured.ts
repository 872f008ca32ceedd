/**
 * What knowledge has counted once a day: how many bytes of files each user keeps. Usage enters them in the ledger.
 */
import { z } from 'zod';

/**
 * Routing key `storage.measured`: users of one tenant and what they keep, on one day. May come twice; the ledger has
 * one line for a user and a day.
 */
export const storageMeasuredSchema = z.object({
  tenantId: z.uuid(),
  /** In UTC. */
  day: z.iso.date(),
  users: z.array(z.object({ userId: z.uuid(), bytes: z.int().nonnegative() })).max(1_000),
});
export type StorageMeasured = z.infer<typeof storageMeasuredSchema>;
