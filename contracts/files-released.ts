/**
 * Routing key `files.released`, id = a fresh one: conversations that are purged were the last that had these files.
 * Knowledge deletes those that are in no collection. May come twice.
 */
import { z } from 'zod';

/** Files of one event. */
export const maxReleasedFiles = 500;

export const filesReleasedSchema = z.object({
  tenantId: z.uuid(),
  userId: z.uuid(),
  fileIds: z.array(z.uuid()).min(1).max(maxReleasedFiles),
});
export type FilesReleased = z.infer<typeof filesReleasedSchema>;
