/**
 * Passages of documents that were found for a question. They travel with the job of the reply, numbered from 1, and
 * stay with the reply: `[n]` in its text stands for the passage with that number.
 */
import { z } from 'zod';

/** Passages of one reply. */
export const mostPassages = 6;
/** Characters of a passage in a prompt; longer ones are cut. */
export const longestPassage = 2_400;

export const passageSchema = z.object({
  index: z.int().positive(),
  fileId: z.uuid(),
  fileName: z.string(),
  /** Absent where the document has no pages. */
  page: z.int().positive().optional(),
  /** The headings that it stands under; may be empty. */
  heading: z.string(),
  text: z.string(),
  /** From 0 to 1. */
  score: z.number(),
});
export type Passage = Readonly<z.infer<typeof passageSchema>>;

export const retrievalSchema = z.object({
  passages: z.array(passageSchema).max(32),
  /** The documents could not be searched, so the reply comes without them. Default: false. */
  failed: z.boolean().exactOptional(),
});
/** What was found for a reply that may draw on documents. */
export type Retrieval = Readonly<z.infer<typeof retrievalSchema>>;

/**
 * Whether a model reads text that neither the user nor the tenant's administrator wrote: passages come from whoever
 * wrote the documents. What asks people before a tool is called after foreign text has been read begins here.
 */
export const readsForeignPassages = ({ retrieval }: { readonly retrieval?: Retrieval | undefined }): boolean =>
  retrieval !== undefined && retrieval.passages.length > 0;
