/**
 * The files that a message carries, as knowledge has them. Invariant: a message carries only files of its own author
 * that are ready; a foreign file and one that does not exist are refused alike.
 */
import { z } from 'zod';
import { fileKinds, maxAttachments } from '#contracts/files.ts';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { MessageAttachment } from '../entities.ts';

const deadlineMs = 3_000;
const query = `query AttachableFiles($ids: [ID!]!) { attachableFiles(ids: $ids) { id name kind textLength } }`;
const filesSchema = z.object({
  attachableFiles: z.array(
    z.object({ id: z.string(), name: z.string(), kind: z.enum(fileKinds), textLength: z.int().nullable() }),
  ),
});

const refuse = (sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: 'attachmentIds' });
};

/** In the order of the ids, each once. Throws BAD_USER_INPUT, and the fault of knowledge while it does not respond. */
export type FindAttachments = (identity: Identity, ids: readonly string[]) => Promise<readonly MessageAttachment[]>;

export const createFindAttachments =
  (knowledge: SubgraphClient): FindAttachments =>
  async (identity, given) => {
    const ids = [...new Set(given.map((id) => id.toLowerCase()))];
    if (ids.length === 0) return [];
    if (ids.length > maxAttachments) refuse(`A message carries at most ${maxAttachments} files.`);
    const variables = { ids };
    const { attachableFiles } = await knowledge.call({ identity, query, variables, data: filesSchema, deadlineMs });
    const found = new Map(attachableFiles.map(({ id, ...file }) => [id, { fileId: id, ...file }]));
    return ids.map((id) => {
      const file = found.get(id);
      return file ?? refuse(`There is no file ${id.slice(0, 36)} of yours that is READY.`);
    });
  };
