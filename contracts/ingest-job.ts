/**
 * The job that has a worker look at an uploaded file, which knowledge publishes. It names the blob and never carries
 * its bytes. A job may be done twice: each time it leads to the same blobs and the same event.
 */
import { z } from 'zod';
import { filePurposes } from './files.ts';

/** The queue of these jobs, and its routing key. */
export const ingestQueue = 'ingestions';

export const ingestJobSchema = z.object({
  /**
   * `ingest-parts` has a name of its own, so that workers of a version that knows no parts refuse the job. They would
   * find nothing at the key of the whole and take the file for deleted.
   */
  kind: z.enum(['ingest', 'ingest-parts']),
  /** How many parts the upload has, of a job of kind `ingest-parts`; 0: it is whole. */
  parts: z.int().nonnegative().default(0),
  tenantId: z.uuid(),
  fileId: z.uuid(),
  userId: z.uuid(),
  /** As the user named it. Its extension is a hint where the content does not say what it is. */
  name: z.string(),
  /** As the client declared it: a hint. */
  declaredType: z.string(),
  purpose: z.enum(filePurposes),
  byteSize: z.int().nonnegative(),
  /** Of the whole file, in hexadecimal digits. */
  sha256: z.string(),
  limits: z.object({ pages: z.int().positive(), characters: z.int().positive() }),
});
export type IngestJob = z.infer<typeof ingestJobSchema>;
