/**
 * Passages of documents that were found for a question. They travel with the job of the reply, numbered from 1, and
 * stay with the reply: `[n]` in its text stands for the passage with that number.
 */
import { z } from 'zod';

/** Passages of one search. */
export const mostPassages = 6;
/** Passages of one reply, with those of the searches of its model: about 15,000 tokens, half of a small window. */
export const mostReplyPassages = 24;
/** Characters of a passage in a prompt; longer ones are cut. */
export const longestPassage = 2_400;

export const passageSchema = z.object({
  index: z.int().positive(),
  fileId: z.uuid(),
  fileName: z.string(),
  /** Absent where the document has no pages. */
  page: z.int().positive().exactOptional(),
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

/** All passages of a reply, by their numbers: those that it began with, and those that its searches found. */
export const replyPassages = (
  retrieval: Retrieval | undefined,
  calls: readonly { readonly passages?: readonly Passage[] | undefined }[],
): readonly Passage[] => {
  const found = [...(retrieval?.passages ?? []), ...calls.flatMap(({ passages = [] }) => passages)];
  const byNumber = new Map(found.map((passage) => [passage.index, passage]));
  return [...byNumber.values()].toSorted((one, other) => one.index - other.index);
};

/**
 * Whether a model reads text that neither the user nor the tenant's administrator wrote: passages come from whoever
 * wrote the documents. What asks people before a tool is called after foreign text has been read begins here.
 */
export const readsForeignPassages = ({ retrieval }: { readonly retrieval?: Retrieval | undefined }): boolean =>
  retrieval !== undefined && retrieval.passages.length > 0;
