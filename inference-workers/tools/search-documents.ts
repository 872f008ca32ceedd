/**
 * Searches documents for the model of a reply. Invariants: knowledge searches in the name of the user who asked, and
 * decides there what he may read; the collections are those of the job, whatever the model wrote; within its time a
 * search resolves with a bounded number of passages of bounded length or rejects with a ToolFault.
 */
import { z } from 'zod';
import {
  documentSearchFields,
  documentSearchSchema,
  type FoundPassage,
  foundPassages,
} from '#contracts/document-search.ts';
import type { ReplyJob } from '#contracts/generation-job.ts';
import { mostPassages } from '#contracts/passages.ts';
import { longestSearch, searchDocumentsTool } from '#contracts/search-documents-tool.ts';
import { AppError } from '#kernel/errors.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import { checkArguments } from './check-arguments.ts';
import { parseArguments } from './parse-arguments.ts';
import { readableText } from './result-text.ts';
import { ToolFault } from './tool-fault.ts';

/** @param signal aborted when the result is no longer needed */
export type SearchDocuments = (
  job: ReplyJob,
  call: { readonly arguments: string },
  signal: AbortSignal,
) => Promise<readonly FoundPassage[]>;

const deadlineMs = 5_000;
/** Characters of a file's name and of the headings above a passage. */
const longestLabel = 300;

const query = `query FurtherPassages($collectionIds: [ID!]!, $query: String!, $first: Int) {
  searchDocuments(collectionIds: $collectionIds, query: $query, first: $first) { ${documentSearchFields} } }`;

const argumentsSchema = z.object({ query: z.string().trim().min(1).max(longestSearch) });

const queryOf = (text: string): string => {
  const parsed = parseArguments(text);
  if (parsed === undefined) throw new ToolFault('BAD_ARGUMENTS');
  checkArguments({ parameters: { ...searchDocumentsTool.parameters, required: ['query'] } }, parsed);
  const read = argumentsSchema.safeParse(parsed);
  if (!read.success) throw new ToolFault('MISFIT', '\n#/query: It is empty.');
  return read.data.query.toWellFormed();
};

/** All foreign words of a passage, for the screening. */
export const wordsOf = ({ fileName, heading, text }: FoundPassage): string => `${fileName}\n${heading}\n${text}`;

const faultOf = (cause: unknown): ToolFault => {
  if (cause instanceof ToolFault) return cause;
  if (!(cause instanceof AppError)) return new ToolFault('FAILED', '.', { cause });
  return new ToolFault(cause.code === 'SUBGRAPH_TIMEOUT' ? 'TIMEOUT' : 'UNREACHABLE', '', { cause });
};

export const createDocumentSearch =
  (knowledge: SubgraphClient): SearchDocuments =>
  async ({ tenantId, userId, documents }, call, signal) => {
    const variables = {
      ...{ collectionIds: documents?.collectionIds ?? [], first: mostPassages },
      query: queryOf(call.arguments),
    };
    const identity = { tenantId, userId, roles: ['USER' as const], scopes: [] };
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const stop = (): void => reject(new ToolFault('STOPPED'));
    const clock = setTimeout(() => reject(new ToolFault('TIMEOUT')), deadlineMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      const searching = knowledge.call({ identity, query, variables, data: documentSearchSchema, deadlineMs });
      const found = foundPassages(await Promise.race([searching, ended]));
      return found.slice(0, mostPassages).map((passage) => ({
        ...passage,
        text: readableText(passage.text),
        fileName: readableText(passage.fileName.slice(0, longestLabel)),
        heading: readableText(passage.heading.slice(0, longestLabel)),
      }));
    } catch (cause) {
      throw faultOf(cause);
    } finally {
      clearTimeout(clock);
      signal.removeEventListener('abort', stop);
    }
  };
