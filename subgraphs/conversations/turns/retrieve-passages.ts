/**
 * Finds what documents say about a question, as a part of admission. Invariants: it takes a second and a half at most
 * and never refuses a turn: where documents cannot be searched, the reply comes without them and says so; only what the
 * user may read is found, because knowledge searches in the name of the user; a follow-up is searched together with
 * what it refers to.
 */
import { documentSearchFields, documentSearchSchema, foundPassages } from '#contracts/document-search.ts';
import type { Identity } from '#contracts/identity.ts';
import { mostPassages, type Retrieval } from '#contracts/passages.ts';
import type { Logger } from '#kernel/log.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { admissionDuration } from '../metrics.ts';
import type { BranchMessage } from '../prompts/branch-message.ts';
import type { PromptSize } from './prompt-size.ts';

export interface RetrievalRequest {
  readonly identity: Identity;
  readonly collectionIds: readonly string[];
  readonly question: string;
  /** The branch above the question, oldest first. */
  readonly history: readonly BranchMessage[];
}

/** Undefined where the reply draws on no documents. Never rejects. */
export type RetrievePassages = (request: RetrievalRequest) => Promise<Retrieval | undefined>;

const deadlineMs = 1_500;
/** Characters of a question that are searched for. */
const longestQuestion = 4_000;
/** Messages before the question that are searched with it, and characters of each. */
const [contextMessages, contextLength] = [3, 600];

const query = `query Passages($collectionIds: [ID!]!, $query: String!, $context: [String!], $first: Int) {
  searchDocuments(collectionIds: $collectionIds, query: $query, context: $context, first: $first) {
    ${documentSearchFields} } }`;

const contextOf = (history: readonly BranchMessage[]): readonly string[] =>
  history.slice(-contextMessages).flatMap(({ content }) => {
    const beginning = content.slice(0, contextLength).trim();
    return beginning === '' ? [] : [beginning];
  });

/** What passages may add to a prompt. They are cut to it. */
export const sizeOfPassages = (retrieval: Retrieval | undefined): Pick<PromptSize, 'likely' | 'most'> => {
  if (retrieval === undefined) return { likely: 0, most: 0 };
  // The rules, and the tags, file name and headings of each passage.
  const [rules, around] = [200, 60];
  let [likely, most] = [rules, 4 * rules];
  for (const { text, fileName, heading } of retrieval.passages) {
    const bytes = Buffer.byteLength(text) + Buffer.byteLength(fileName) + Buffer.byteLength(heading);
    likely += Math.ceil(bytes / 3) + around;
    most += 2 * bytes + 4 * around;
  }
  return { likely, most };
};

export const createRetrieval = (knowledge: SubgraphClient, logger: Logger): RetrievePassages => {
  const search = async ({ identity, collectionIds, question, history }: RetrievalRequest): Promise<Retrieval> => {
    const variables = {
      ...{ collectionIds, context: contextOf(history), first: mostPassages },
      query: question.slice(0, longestQuestion).toWellFormed(),
    };
    const data = documentSearchSchema;
    const found = foundPassages(await knowledge.call({ identity, query, variables, data, deadlineMs }));
    const passages = found.map((passage, place) => ({ ...passage, index: place + 1 }));
    return { passages };
  };

  return async (request) => {
    if (request.collectionIds.length === 0 || request.question.trim() === '') return undefined;
    const observe = admissionDuration.start();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const clock = setTimeout(() => reject(new Error('documents are searched for too long')), deadlineMs);
    try {
      const searching = inSpan('admission by knowledge', { kind: 'client' }, () => search(request));
      const found = await Promise.race([searching, late]);
      observe({ service: 'knowledge', outcome: 'OK' });
      return found;
    } catch (err) {
      logger.warn({ err }, 'a reply comes without documents');
      observe({ service: 'knowledge', outcome: 'FAILED' });
      return { passages: [], failed: true };
    } finally {
      clearTimeout(clock);
    }
  };
};
