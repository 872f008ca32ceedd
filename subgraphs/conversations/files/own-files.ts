/** The files of a user, which belong to knowledge: their list, and a single one. Only what is READY has bytes. */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';

const fileSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  createdAt: z.coerce.date().nullable(),
});
export type OwnFile = z.infer<typeof fileSchema>;

export interface OwnFiles {
  /** All files of the user, newest first. Throws the fault of knowledge. */
  list(identity: Identity): AsyncGenerator<OwnFile>;
  /** Those of these that are the user's and READY. Throws the fault of knowledge. */
  ready(identity: Identity, ids: readonly string[]): Promise<readonly OwnFile[]>;
  /** Null where there is none with this id, or it is not the user's. Throws the fault of knowledge. */
  find(identity: Identity, id: string): Promise<OwnFile | null>;
}

/** Milliseconds that knowledge has to respond. */
const deadlineMs = 5_000;

const listQuery = `query Files($after: String) {
  files(first: 100, after: $after) {
    edges { node { id name status createdAt } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const listSchema = z.object({
  files: z.object({
    edges: z.array(z.object({ node: fileSchema })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});
/** Files of one request. */
const batch = 100;
const readyQuery = 'query ReadyFiles($ids: [ID!]!) { attachableFiles(ids: $ids) { id name status createdAt } }';
const readySchema = z.object({ attachableFiles: z.array(fileSchema) });
const findQuery = 'query File($id: ID!) { file(id: $id) { id name status createdAt } }';
const findSchema = z.object({ file: fileSchema.nullable() });

export const createOwnFiles = (knowledge: SubgraphClient): OwnFiles => ({
  async *list(identity) {
    const readPage = (after: string | null) =>
      knowledge.call({ identity, query: listQuery, variables: { after }, data: listSchema, deadlineMs });
    for (let after: string | null = null; ; ) {
      const { edges, pageInfo }: z.infer<typeof listSchema>['files'] = (await readPage(after)).files;
      for (const { node } of edges) if (node.status === 'READY') yield node;
      if (!pageInfo.hasNextPage) return;
      after = pageInfo.endCursor;
    }
  },
  async ready(identity, ids) {
    const found: OwnFile[] = [];
    for (let from = 0; from < ids.length; from += batch) {
      const variables = { ids: ids.slice(from, from + batch) };
      const call = { identity, query: readyQuery, variables, data: readySchema, deadlineMs };
      found.push(...(await knowledge.call(call)).attachableFiles);
    }
    return found;
  },
  async find(identity, id) {
    const call = { identity, query: findQuery, variables: { id }, data: findSchema, deadlineMs };
    return (await knowledge.call(call)).file;
  },
});
