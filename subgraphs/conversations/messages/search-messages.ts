/** Full-text search over the caller's messages: ranked, with snippets. Pages are found by the keyset (rank, id). */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import {
  decodeCursor,
  type Edge,
  encodeCursor,
  forwardPageSize,
  type Page,
  type PageArguments,
  pageOf,
} from '#kernel/subgraph-server/paging.ts';
import type { Message } from '../entities.ts';
import { snippetOf } from './snippet.ts';

export interface SearchHit {
  readonly message: Message;
  readonly snippet: string;
  readonly rank: number;
}

const maxQueryLength = 200;
const rankCursor = z.tuple([z.number(), z.uuid()]);
const rowsSchema = z.array(z.object({ message_id: z.uuid(), rank: z.number(), words: z.array(z.string()) }));

/**
 * Throws BAD_USER_INPUT.
 * @param loadMessages the readable ones of these ids, in their order; null or an error where there is none
 */
export const searchMessages = async (
  database: Database,
  identity: Identity,
  args: PageArguments & { readonly query: string },
  loadMessages: (ids: readonly string[]) => Promise<readonly (Message | Error | null)[]>,
): Promise<Page<SearchHit>> => {
  const size = forwardPageSize(args);
  const query = args.query.trim();
  if (query === '' || query.length > maxQueryLength) {
    throw new AppError('BAD_USER_INPUT', `"query" has 1 to ${maxQueryLength} characters.`, { argument: 'query' });
  }
  const [rank, id] = args.after ? decodeCursor(rankCursor, args.after, 'after') : [null, null];
  const rows = rowsSchema.parse(
    await callFunctionIn(database.forTenant(identity.tenantId), {
      name: 'conversations.find_messages',
      parameters: { terms: query, owner: identity.userId, least_rank: rank, least_id: id, page: size + 1 },
    }),
  );
  const found = rows.slice(0, size);
  const messages = await loadMessages(found.map((row) => row.message_id));
  const edges: Edge<SearchHit>[] = [];
  for (const [index, { message_id, rank, words }] of found.entries()) {
    const message = messages[index];
    if (!message || message instanceof Error) continue;
    const snippet = snippetOf(message.content, words);
    edges.push({ node: { message, snippet, rank }, cursor: encodeCursor([rank, message_id]) });
    // Other requests go on between the snippets of long messages.
    await setImmediate();
  }
  return pageOf(edges, { hasPreviousPage: args.after != null, hasNextPage: rows.length > size });
};
