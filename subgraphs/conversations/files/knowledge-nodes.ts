/** What knowledge knows by an id alone: which type it has, and that the user finds it there. */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

/** A reference to an object of knowledge. */
export interface KnowledgeNode {
  readonly id: string;
  readonly typename: 'File' | 'Collection';
}

/** Null where the user finds neither a file nor a collection. Throws the fault of knowledge. */
export type FindKnowledgeNode = (identity: Identity, id: string) => Promise<KnowledgeNode | null>;

/** Milliseconds that knowledge has to respond. */
const deadlineMs = 3_000;

const query = 'query Node($id: ID!) { file(id: $id) { id } collection(id: $id) { id } }';
const reference = z.object({ id: z.string() }).nullable();
const data = z.object({ file: reference, collection: reference });

export const createFindKnowledgeNode =
  (knowledge: SubgraphClient): FindKnowledgeNode =>
  async (identity, id) => {
    const { file, collection } = await knowledge.call({ identity, query, variables: { id }, data, deadlineMs });
    if (file) return { id: file.id, typename: 'File' };
    return collection ? { id: collection.id, typename: 'Collection' } : null;
  };
