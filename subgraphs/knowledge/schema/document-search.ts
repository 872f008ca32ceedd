/** The search in documents, as clients try it and as conversations asks for each turn. */
import {
  type DocumentHit,
  type DocumentSearch,
  mostCollections,
  mostHits,
  type SearchLane,
  searchDocuments,
} from '../search/search-documents.ts';
import type { KnowledgeBuilder } from './builder.ts';
import type { FileTypes } from './file-types.ts';

const addHit = (builder: KnowledgeBuilder, { file }: FileTypes) =>
  builder.objectRef<DocumentHit>('DocumentHit').implement({
    description: 'A passage that was found.',
    fields: (t) => ({
      file: t.field({
        type: file,
        description: 'The document that it is in.',
        resolve: async ({ fileId }, _, { files }) =>
          (await files.load(fileId)) ?? { id: fileId, status: 'DELETED' as const },
      }),
      fileName: t.exposeString('fileName', { description: 'Name of the document.' }),
      page: t.int({
        nullable: true,
        description: 'Its page, slide or sheet, from 1; null where the document has none.',
        resolve: ({ page }) => page ?? null,
      }),
      heading: t.exposeString('heading', { description: 'The headings that it stands under; may be empty.' }),
      quote: t.exposeString('text', { description: 'Its text.' }),
      score: t.exposeFloat('score', {
        description: 'From 0 to 1, by its places in both lanes: 1 for what is first in each.',
      }),
      wordScore: t.float({
        nullable: true,
        description: 'From 0 to about 1: how much of the question its words have; null where they did not find it.',
        resolve: ({ wordScore }) => wordScore ?? null,
      }),
      vectorScore: t.float({
        nullable: true,
        description: 'From -1 to 1: how near its meaning is to that of the question; null where that did not find it.',
        resolve: ({ vectorScore }) => vectorScore ?? null,
      }),
      rerankScore: t.float({
        nullable: true,
        description:
          'How much the reranking model thinks of it, on a scale of its own, by which the passages are in order then; null where it has not judged it.',
        resolve: ({ rerankScore }) => rerankScore ?? null,
      }),
    }),
  });

export const addDocumentSearch = (builder: KnowledgeBuilder, types: FileTypes): void => {
  const lane = builder.enumType('SearchLane', {
    description: 'A way in which passages are found.',
    values: {
      WORDS: { description: 'By the words of the question, the rare ones first, and by identifiers.' },
      VECTORS: { description: 'By meaning, as an embedding model compares it.' },
    } satisfies Record<SearchLane, object>,
  });
  const search = builder.objectRef<DocumentSearch>('DocumentSearch').implement({
    description: 'What a search in documents has found.',
    fields: (t) => ({
      hits: t.field({
        type: [addHit(builder, types)],
        description: 'The passages, best first.',
        resolve: ({ hits }) => [...hits],
      }),
      lanes: t.field({
        type: [lane],
        description:
          'The lanes that were searched. VECTORS is missing where the database has no pgvector, or the model does not respond.',
        resolve: ({ lanes }) => [...lanes],
      }),
      isReranked: t.exposeBoolean('isReranked', {
        description:
          'Whether a reranking model has put the passages in order. False where none is set up, or it did not respond in time.',
      }),
    }),
  });
  builder.queryField('searchDocuments', (t) =>
    t.field({
      type: search,
      description:
        'The passages of collections that belong to a question, as replies get them. What you may not read is not found.',
      args: {
        collectionIds: t.arg.idList({ required: true, description: `Ids of at most ${mostCollections} collections.` }),
        query: t.arg.string({ required: true, description: 'The question: at most 8,000 characters.' }),
        context: t.arg.stringList({
          description:
            'What the question may refer to, such as the messages before it: at most 5 texts of 2,000 characters. It counts for less than the question.',
        }),
        first: t.arg.int({ defaultValue: 8, description: `Most passages: 1 to ${mostHits}.` }),
      },
      resolve: (_, { first, context, ...args }, { services, identity }) =>
        searchDocuments(services, identity, { ...args, context: context ?? [], first: first ?? 8 }),
    }),
  );
};
