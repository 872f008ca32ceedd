/**
 * The text that was extracted from a file, as the blob that its key names holds it: JSON, in the order of the file.
 * Invariant: the characters of all pages together are within the limit that the ingest job names.
 */
import { z } from 'zod';

export const extractedPageSchema = z.object({
  /** The page, slide or sheet in the file, from 1; null where the file has none. */
  page: z.int().positive().nullable(),
  /** The heading under which the text stands, or the name of a slide or sheet. */
  heading: z.string().optional(),
  text: z.string(),
});
export type ExtractedPage = z.infer<typeof extractedPageSchema>;

export const extractedTextSchema = z.object({ pages: z.array(extractedPageSchema) });

/** Media type of such a blob. */
export const extractedTextType = 'application/json';
