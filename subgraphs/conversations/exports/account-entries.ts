/**
 * Entries of an archive that other subgraphs know: the account of a user with its API keys, and the user's own
 * collections with their documents. They are read page by page, and hold no secret.
 */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { ZipEntry } from './zip-stream.ts';

interface AccountSource {
  readonly usage: Pick<SubgraphClient, 'call'>;
  readonly knowledge: Pick<SubgraphClient, 'call'>;
}

/** Milliseconds that a subgraph has to respond. */
const deadlineMs = 10_000;

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
const pageOf = <Node extends z.ZodType>(node: Node) => z.object({ edges: z.array(z.object({ node })), pageInfo });
interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: z.infer<typeof pageInfo>;
}

/** All nodes, a page at a time. */
async function* nodesOf<Node>(readPage: (after: string | null) => Promise<Page<Node>>): AsyncGenerator<Node> {
  for (let after: string | null = null; ; ) {
    const page: Page<Node> = await readPage(after);
    for (const { node } of page.edges) yield node;
    if (!page.pageInfo.hasNextPage) return;
    after = page.pageInfo.endCursor;
  }
}

const viewerQuery = '{ viewer { id email name createdAt assignedRole } }';
const viewerSchema = z.object({ viewer: z.record(z.string(), z.unknown()) });
const keysQuery = `query Keys($userId: ID!, $after: String) {
  apiKeys(userId: $userId, first: 100, after: $after) {
    edges { node { id name prefix roles scopes createdAt expiresAt lastUsedAt revokedAt } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const keysSchema = z.object({ apiKeys: pageOf(z.record(z.string(), z.unknown())) });

const collectionsQuery = `query Collections($after: String) {
  collections(first: 100, after: $after) {
    edges { node { id name description access createdAt owner { id } readers { id } } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const collectionSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  access: z.string(),
  createdAt: z.string(),
  owner: z.object({ id: z.string() }),
  readers: z.array(z.object({ id: z.string() })),
});
const collectionsSchema = z.object({ collections: pageOf(collectionSchema) });
const documentsQuery = `query Documents($id: ID!, $after: String) {
  collection(id: $id) {
    documents(first: 200, after: $after) {
      edges { node { addedAt file { id name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
const documentSchema = z.object({ addedAt: z.string(), file: z.object({ id: z.string(), name: z.string() }) });
const documentsSchema = z.object({ collection: z.object({ documents: pageOf(documentSchema) }).nullable() });

const emptyPage = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };

async function* writeAccount({ usage }: AccountSource, identity: Identity): AsyncGenerator<string> {
  const { viewer } = await usage.call({ identity, query: viewerQuery, variables: {}, data: viewerSchema, deadlineMs });
  const readKeys = async (after: string | null) => {
    const variables = { userId: identity.userId, after };
    return (await usage.call({ identity, query: keysQuery, variables, data: keysSchema, deadlineMs })).apiKeys;
  };
  yield `${JSON.stringify({ account: viewer }, undefined, 2).slice(0, -2)},\n  "apiKeys": [`;
  let separator = '\n';
  for await (const key of nodesOf(readKeys)) {
    yield `${separator}    ${JSON.stringify(key)}`;
    separator = ',\n';
  }
  yield '\n  ]\n}\n';
}

async function* writeCollections({ knowledge }: AccountSource, identity: Identity): AsyncGenerator<string> {
  const readCollections = async (after: string | null) => {
    const call = { identity, query: collectionsQuery, variables: { after }, data: collectionsSchema, deadlineMs };
    return (await knowledge.call(call)).collections;
  };
  yield '{\n  "collections": [';
  let separator = '\n';
  for await (const { owner, readers, ...collection } of nodesOf(readCollections)) {
    if (owner.id !== identity.userId) continue;
    const readDocuments = async (after: string | null) => {
      const variables = { id: collection.id, after };
      const found = await knowledge.call({
        identity,
        query: documentsQuery,
        variables,
        data: documentsSchema,
        deadlineMs,
      });
      // It may have been deleted meanwhile.
      return found.collection?.documents ?? emptyPage;
    };
    const record = { ...collection, readerIds: readers.map(({ id }) => id) };
    yield `${separator}    ${JSON.stringify(record).slice(0, -1)},"documents":[`;
    separator = ',\n';
    let comma = '';
    for await (const { addedAt, file } of nodesOf(readDocuments)) {
      yield `${comma}${JSON.stringify({ fileId: file.id, name: file.name, addedAt })}`;
      comma = ',';
    }
    yield ']}';
  }
  yield '\n  ]\n}\n';
}

/** @param at the time that the entries have */
export type AccountEntries = (identity: Identity, at: Date) => readonly ZipEntry[];

export const createAccountEntries =
  (source: AccountSource): AccountEntries =>
  (identity, at) => [
    { name: 'account.json', at, chunks: writeAccount(source, identity) },
    { name: 'collections.json', at, chunks: writeCollections(source, identity) },
  ];
