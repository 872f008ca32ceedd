/**
 * Finds the passages of collections that belong to a question, by words and by meaning. Invariants: tenant and access
 * decide inside the queries (migrations/knowledge/functions/readable_indexes.sql), so nothing that the user may not
 * read takes a place; the lane of vectors has a deadline, after which words alone decide and the result says so.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { validate } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { questionTerms } from '#contracts/search-terms/search-terms.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Embedder } from '#kernel/embedding/embedder.ts';
import type { Embedders } from '#kernel/embedding/embedders.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { type FusedHit, fuseLanes, type LaneHit } from './fuse-lanes.ts';
import { rerankHits } from './rerank-hits.ts';
import type { Reranker } from './reranker.ts';

export const searchLanes = ['WORDS', 'VECTORS'] as const;
export type SearchLane = (typeof searchLanes)[number];

export interface SearchServices {
  readonly database: Database;
  readonly embedders: Embedders;
  /** Puts what was found in order. Default: the places in the lanes do. */
  readonly reranker?: Reranker | undefined;
  readonly logger: Logger;
}

export interface SearchArguments {
  readonly collectionIds: readonly string[];
  readonly query: string;
  /** What the question may refer to, such as the messages before it. */
  readonly context?: readonly string[];
  readonly first: number;
}

export interface DocumentHit {
  readonly fileId: string;
  readonly fileName: string;
  readonly page: number | undefined;
  readonly heading: string;
  readonly text: string;
  readonly score: number;
  readonly wordScore: number | undefined;
  readonly vectorScore: number | undefined;
  /** That of the reranking model; undefined where it has not judged the passage. */
  readonly rerankScore?: number | undefined;
}

export interface DocumentSearch {
  readonly hits: readonly DocumentHit[];
  /** The lanes that were searched. */
  readonly lanes: readonly SearchLane[];
  /** Whether a reranking model has put the passages in order. */
  readonly isReranked: boolean;
}

export const mostCollections = 20;
export const mostHits = 20;
const longestQuery = 8_000;
const [mostContext, longestContext] = [5, 2_000];
/** Passages of each lane that are compared. */
const laneLength = 50;
/** Milliseconds for the vector of a question. The search is a part of what somebody waits for. */
const embedWithinMs = 900;

const laneSchema = z.array(z.object({ index_id: z.uuid(), ordinal: z.number(), score: z.number() }));
const modelsSchema = z.array(z.object({ model: z.string() }));
const passagesSchema = z.array(
  z.object({
    index_id: z.uuid(),
    ordinal: z.number(),
    file_id: z.uuid(),
    name: z.string(),
    page: z.number().nullable(),
    heading: z.string(),
    content: z.string(),
  }),
);

const keyOf = ({ index_id, ordinal }: { index_id: string; ordinal: number }): string => `${index_id} ${ordinal}`;
const lane = (rows: unknown): readonly LaneHit[] =>
  laneSchema.parse(rows).map((row) => ({ key: keyOf(row), score: row.score }));

interface Scope {
  /** A session for one statement, because both lanes run at once. */
  readonly session: () => EntityManager;
  readonly userId: string;
  /** As an array of PostgreSQL. */
  readonly collections: string;
}

interface Question {
  readonly text: string;
  /** '' where there is none. */
  readonly context: string;
}

const searchWords = async (
  { session, userId, collections }: Scope,
  question: Question,
): Promise<readonly LaneHit[]> => {
  const terms = questionTerms(question.text, question.context);
  if (terms.length === 0) return [];
  const rows = await callFunctionIn(session(), {
    name: 'knowledge.search_words',
    parameters: {
      a_user: userId,
      a_collections: collections,
      a_terms: arrayLiteral(terms.map(({ text }) => text)),
      a_weights: arrayLiteral(terms.map(({ weight }) => String(weight))),
      a_most: laneLength,
    },
  });
  return lane(rows);
};

const vectorOf = async (embedder: Embedder, query: string, logger: Logger): Promise<Float32Array | undefined> => {
  try {
    const { vectors } = await embedder.embed([query], 'QUESTION', AbortSignal.timeout(embedWithinMs));
    return vectors[0];
  } catch (err) {
    logger.warn({ err, model: embedder.modelId }, 'a question is searched by its words alone');
    return undefined;
  }
};

interface VectorLane {
  readonly hits: readonly LaneHit[];
  readonly weight: number;
}

/** Of all models of the collections: their passages are compared by place, as everything is. */
const searchVectors = async (
  { embedders, logger }: SearchServices,
  scope: Scope,
  question: Question,
): Promise<VectorLane | undefined> => {
  const { session, userId, collections } = scope;
  const models = modelsSchema.parse(
    await session().execute(
      `select distinct c.embedding_model as model from knowledge.readable_collections(?) c
        where c.id = any(?::uuid[]) and knowledge.has_vectors() and exists (
          select from knowledge.collection_documents d
          join knowledge.document_indexes i on i.tenant_id = d.tenant_id and i.file_id = d.file_id
          where d.tenant_id = c.tenant_id and d.collection_id = c.id
            and i.model = c.embedding_model and i.status = 'READY')`,
      [userId, collections],
    ),
  );
  const found = models.flatMap(({ model }) => embedders.find(model) ?? []);
  const lanes: VectorLane[] = [];
  for (const embedder of found) {
    const vector = await vectorOf(embedder, `${question.context}\n${question.text}`.trim(), logger);
    if (vector === undefined) continue;
    const rows = await callFunctionIn(session(), {
      name: 'knowledge.search_vectors',
      parameters: {
        a_user: userId,
        a_collections: collections,
        a_model: embedder.modelId,
        a_vector: `[${vector.join()}]`,
        a_dimensions: vector.length,
        a_most: laneLength,
      },
    });
    lanes.push({ hits: lane(rows), weight: embedder.rankWeight });
  }
  const [first] = lanes;
  if (first === undefined || lanes.length === 1) return first;
  const hits = lanes.flatMap((one) => one.hits).toSorted((one, other) => other.score - one.score);
  return { hits, weight: Math.min(...lanes.map(({ weight }) => weight)) };
};

const readPassages = async (em: EntityManager, hits: readonly FusedHit[]): Promise<readonly DocumentHit[]> => {
  const rows = passagesSchema.parse(
    await em.execute(
      `select c.index_id, c.ordinal, i.file_id, f.name, c.page, c.heading, c.content
        from unnest(?::text[]) as wanted
        join knowledge.chunks c on c.index_id = split_part(wanted, ' ', 1)::uuid
          and c.ordinal = split_part(wanted, ' ', 2)::integer
        join knowledge.document_indexes i on i.tenant_id = c.tenant_id and i.id = c.index_id
        join knowledge.files f on f.tenant_id = i.tenant_id and f.id = i.file_id`,
      [arrayLiteral(hits.map(({ key }) => key))],
    ),
  );
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return hits.flatMap(({ key, score, wordScore, vectorScore }) => {
    const row = byKey.get(key);
    if (!row) return [];
    const { file_id: fileId, name: fileName, page, heading, content: text } = row;
    return { fileId, fileName, page: page ?? undefined, heading, text, score, wordScore, vectorScore };
  });
};

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument });
};

/** Throws BAD_USER_INPUT. A collection that the user may not read counts as one without documents. */
export const searchDocuments = async (
  services: SearchServices,
  identity: Identity,
  { collectionIds, query, context = [], first }: SearchArguments,
): Promise<DocumentSearch> => {
  const text = query.trim();
  if (text === '' || text.length > longestQuery) refuse('query', `"query" has 1 to ${longestQuery} characters.`);
  if (collectionIds.length > mostCollections) refuse('collectionIds', `Name at most ${mostCollections} collections.`);
  if (first < 1 || first > mostHits) refuse('first', `"first" is 1 to ${mostHits}.`);
  if (context.length > mostContext || context.some(({ length }) => length > longestContext))
    refuse('context', `"context" has at most ${mostContext} texts of ${longestContext} characters.`);
  const question = { text, context: context.join('\n') };
  const collections = arrayLiteral(collectionIds.filter((id) => validate(id)));
  const session = () => services.database.forTenant(identity.tenantId);
  const scope = { session, userId: identity.userId, collections };
  const [words, vectors] = await Promise.all([searchWords(scope, question), searchVectors(services, scope, question)]);
  const { reranker } = services;
  const most = Math.max(first, reranker?.mostTexts ?? 0);
  const fused = fuseLanes(words, vectors?.hits ?? [], vectors?.weight ?? 0).slice(0, most);
  const found = fused.length === 0 ? [] : await readPassages(session(), fused);
  const ranked = reranker && (await rerankHits(reranker, `${question.context}\n${text}`.trim(), found));
  return {
    hits: (ranked?.hits ?? found).slice(0, first),
    lanes: vectors === undefined ? ['WORDS'] : searchLanes,
    isReranked: ranked?.isReranked ?? false,
  };
};
