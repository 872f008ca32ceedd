/** Full-text search over one's own messages: ranked, with snippets, keyset paging over (rank, id). */
import { z } from 'zod';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import { AppError } from '#kernel/errors.ts';
import type { Message } from '../entities.ts';
import { builder } from './builder.ts';
import type { ConversationsContext } from './context.ts';
import { MessageRef } from './message-type.ts';
import { decodeCursor, encodeCursor, pageSize, refuseBackward } from './paging.ts';

export interface SearchHit {
  readonly message: Message;
  readonly snippet: string;
  readonly rank: number;
}

export const SearchHitRef = builder.objectRef<SearchHit>('MessageSearchHit').implement({
  description: 'A message that was found.',
  fields: (t) => ({
    message: t.field({ type: MessageRef, description: 'The message.', resolve: (hit) => hit.message }),
    snippet: t.exposeString('snippet', {
      description:
        'Passages with the words between <mark> and </mark>. The rest is the text as it was written: escape it before showing it as HTML.',
    }),
    rank: t.exposeFloat('rank', { description: 'How well it fits; only comparable within one search.' }),
  }),
});

const maxQueryLength = 200;
const rankCursor = z.tuple([z.number(), z.uuid()]);
const rowSchema = z.array(z.object({ message_id: z.uuid(), rank: z.number(), snippet: z.string() }));

export const searchMessages = async (
  args: {
    readonly query: string;
    readonly first?: number | null | undefined;
    readonly after?: string | null | undefined;
    readonly last?: number | null | undefined;
    readonly before?: string | null | undefined;
  },
  { identity, services, loaders }: ConversationsContext,
) => {
  refuseBackward(args);
  const query = args.query.trim();
  if (query === '' || query.length > maxQueryLength) {
    throw new AppError('BAD_USER_INPUT', `"query" has 1 to ${maxQueryLength} characters.`, { argument: 'query' });
  }
  const size = pageSize(args.first, 'first');
  const [rank, id] = args.after ? decodeCursor(rankCursor, args.after, 'after') : [null, null];
  const rows = rowSchema.parse(
    await callFunctionIn(services.database.forTenant(identity.tenantId), {
      name: 'conversations.search_messages',
      parameters: { terms: query, owner: identity.userId, least_rank: rank, least_id: id, page: size + 1 },
    }),
  );
  const page = rows.slice(0, size);
  const messages = await loaders.message.loadMany(page.map((row) => row.message_id));
  const edges = page.flatMap((row, index) => {
    const message = messages[index];
    if (!message || message instanceof Error) return [];
    return [
      { node: { message, snippet: row.snippet, rank: row.rank }, cursor: encodeCursor([row.rank, row.message_id]) },
    ];
  });
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: args.after != null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
};
