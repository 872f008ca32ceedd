/** The subgraphs that exports and imports ask, in the role of one user's usage, knowledge and safety. */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { openSubgraph } from '../screening/admitting-subgraphs.fixture.ts';

const billed = { inputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };
const cost = { costUsd: '0.000150', savedUsd: '0' };
const pageInfo = { hasNextPage: false, endCursor: null };
const createdAt = '2026-01-01T00:00:00.000Z';
const screenedSchema = z.record(z.string(), z.object({ content: z.string() }));

const openUsage = (userId: string) => {
  const viewer = { id: userId, email: 'ada@acme.example', name: 'Ada' };
  const apiKey = { id: uuidv7(), name: 'nightly report', prefix: 'pk_1' };
  return openSubgraph(({ query, variables }) => {
    if (query.includes('viewer')) return { viewer };
    if (query.includes('apiKeys')) return { apiKeys: { edges: [{ node: apiKey }], pageInfo } };
    const messages = z.array(z.object({ id: z.string() })).parse(variables['messages']);
    return { _entities: messages.map(() => ({ usage: { ...billed, ...cost } })) };
  });
};

/** Blocks texts that say so. */
const openSafety = () =>
  openSubgraph(({ variables }) =>
    Object.fromEntries(
      Object.entries(screenedSchema.parse(variables)).map(([name, { content }]) => [
        name,
        { action: content.includes('forbidden words') ? 'BLOCK' : 'ALLOW' },
      ]),
    ),
  );

const openKnowledge = async (userId: string) => {
  const file = { id: uuidv7(), name: '../report: "1".pdf', status: 'READY', createdAt };
  /** Its bytes are not there. */
  const lostFile = { ...file, id: uuidv7() };
  const files = { edges: [{ node: file }, { node: lostFile }], pageInfo };
  const collection = { description: null, access: 'LISTED', createdAt, readers: [{ id: uuidv7() }] };
  const own = { ...collection, id: uuidv7(), name: 'Manuals', owner: { id: userId } };
  const collections = [own, { ...own, id: uuidv7(), name: 'not mine', owner: { id: uuidv7() }, readers: [] }];
  /** Of two pages. */
  const documentsOf = (collectionId: string, after: unknown) => {
    const name = `${after === null ? 'first' : 'second'} of ${collectionId}`;
    const node = { addedAt: createdAt, file: { id: file.id, name } };
    return { edges: [{ node }], pageInfo: { hasNextPage: after === null, endCursor: 'next' } };
  };
  const knowledge = await openSubgraph(({ query, variables: { ids, id, after } }) => {
    if (query.includes('collections(')) {
      return { collections: { edges: collections.map((node) => ({ node })), pageInfo } };
    }
    if (query.includes('collection(')) return { collection: { documents: documentsOf(String(id), after) } };
    if (!Array.isArray(ids)) return { files };
    return { attachableFiles: [file, lostFile].filter((one) => ids.includes(one.id)) };
  });
  return { knowledge, file, lostFile, own };
};

export const openNeighbours = async (userId: string) => {
  await using stack = new AsyncDisposableStack();
  const usage = stack.use(await openUsage(userId));
  const safety = stack.use(await openSafety());
  const { knowledge, ...known } = await openKnowledge(userId);
  stack.use(knowledge);
  const closing = stack.move();
  return { usage, safety, knowledge, ...known, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
