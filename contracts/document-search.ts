/**
 * How services ask knowledge for passages (`searchDocuments`), and what comes back: conversations when a question is
 * admitted, and workers when a model searches.
 */
import { z } from 'zod';
import { longestPassage, type Passage } from './passages.ts';

/** What to select of DocumentSearch. */
export const documentSearchFields = 'hits { file { id } fileName page heading quote score }';

export const documentSearchSchema = z.object({
  searchDocuments: z.object({
    hits: z.array(
      z.object({
        file: z.object({ id: z.uuid() }),
        fileName: z.string(),
        page: z.int().positive().nullable(),
        heading: z.string(),
        quote: z.string(),
        score: z.number(),
      }),
    ),
  }),
});
type DocumentSearch = z.infer<typeof documentSearchSchema>;

/** A passage without the number under which a reply cites it. */
export type FoundPassage = Omit<Passage, 'index'>;

/** The passages, best first, each cut to its bound. */
export const foundPassages = ({ searchDocuments }: DocumentSearch): readonly FoundPassage[] =>
  searchDocuments.hits.map(({ file, page, quote, ...hit }) => ({
    ...{ ...hit, fileId: file.id, text: quote.slice(0, longestPassage).toWellFormed() },
    ...(page === null ? {} : { page }),
  }));
