/**
 * The corpus: documents of many kinds in five languages, as extraction returns their text, and questions with the
 * passage that answers them, or none. Written for this measurement; the words that the search leaves out were chosen
 * with these questions in view, so the figures say how the parts work together, not how they do on other documents.
 * That is what the files `<language>.held-out.yaml` and `<language>.held-out-2.yaml` are for: nobody tunes the search
 * to their documents and questions.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ExtractedPage } from '#contracts/extracted-text.ts';

/** IN_VIEW: those with which the search was made. The others were written before it was changed. */
export const questionSets = ['IN_VIEW', 'HELD_OUT', 'HELD_OUT_2'] as const;
export type QuestionSet = (typeof questionSets)[number];

const kinds = ['identifier', 'table', 'units', 'paraphrase', 'none'] as const;

const fileSchema = z.object({
  documents: z.array(z.object({ name: z.string(), text: z.string() })),
  questions: z.array(
    z.object({
      q: z.string(),
      /** The document with the right passage, and words of the passage. Absent where no passage answers. */
      doc: z.string().optional(),
      has: z.string().optional(),
      kind: z.enum(kinds),
    }),
  ),
});

export interface CorpusDocument {
  readonly name: string;
  readonly pages: readonly ExtractedPage[];
}

export interface CorpusQuestion {
  readonly text: string;
  readonly language: string;
  readonly set: QuestionSet;
  readonly kind: (typeof kinds)[number];
  readonly answer: { readonly document: string; readonly words: string } | undefined;
}

const setOf = (file: string): QuestionSet => {
  if (file.endsWith('.held-out.yaml')) return 'HELD_OUT';
  return file.endsWith('.held-out-2.yaml') ? 'HELD_OUT_2' : 'IN_VIEW';
};

const folder = join(import.meta.dirname, 'corpus');

export const readCorpus = (): { readonly documents: CorpusDocument[]; readonly questions: CorpusQuestion[] } => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const parsed = files.toSorted().map((file) => ({
    language: file.slice(0, 2),
    set: setOf(file),
    ...fileSchema.parse(parse(readFileSync(join(folder, file), 'utf8'))),
  }));
  return {
    documents: parsed.flatMap(({ documents }) =>
      documents.map(({ name, text }) => {
        const parts = text.split('\n---\n');
        return { name, pages: parts.map((part, at) => ({ page: parts.length > 1 ? at + 1 : null, text: part })) };
      }),
    ),
    questions: parsed.flatMap(({ language, set, questions }) =>
      questions.map(({ q, doc, has, kind }) => ({
        ...{ text: q, language, set, kind },
        answer: doc === undefined || has === undefined ? undefined : { document: doc, words: has },
      })),
    ),
  };
};
