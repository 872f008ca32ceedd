/**
 * The DataLoaders of one request: whatever a page needs of messages and conversations costs one statement for each
 * loader. Invariant: a loader returns only what the caller may read; anything else is null, as if it did not exist. Of
 * a deleted conversation nothing can be read but itself, so that it can be restored.
 */
import DataLoader from 'dataloader';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { visibleTo } from '../conversations/access.ts';
import { type Conversation, ConversationEntity, type Message, MessageEntity } from '../entities.ts';
import { currentMessage } from '../replies/current-message.ts';
import { type FoundSummary, findSummary } from '../summaries/find-summary.ts';
import { type Share, ShareEntity } from '../transfer-entities.ts';

export interface Loaders {
  /** By id. A message in flight is as its stream shows it. */
  readonly message: DataLoader<string, Message | null>;
  readonly conversation: DataLoader<string, Conversation | null>;
  /** All messages with the same parent, oldest first, including the message itself. */
  readonly siblings: DataLoader<Message, readonly Message[], string>;
  /** Of the current branch of a conversation that the caller may read. */
  readonly summary: DataLoader<Conversation, FoundSummary | null, string>;
  /** The share that stands, by the id of its conversation, which the caller may read. */
  readonly share: DataLoader<string, Share | null>;
}

export const createLoaders = (
  services: { readonly database: Database; readonly streamLog: StreamLog },
  identity: Identity,
): Loaders => {
  const em = () => services.database.forTenant(identity.tenantId);

  const conversation = new DataLoader<string, Conversation | null>(async (ids) => {
    const found = await em().find(ConversationEntity, {
      $and: [{ id: { $in: [...ids] } }, visibleTo(identity, 'read')],
    });
    const byId = new Map(found.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });

  const readable = async (rows: readonly Message[]): Promise<readonly Message[]> => {
    const conversations = await Promise.all(rows.map((row) => conversation.load(row.conversationId)));
    const allowed = rows.filter((_, index) => {
      const found = conversations[index];
      return found && found.deletedAt == null;
    });
    return Promise.all(allowed.map((row) => currentMessage(services.streamLog, row)));
  };

  const message = new DataLoader<string, Message | null>(async (ids) => {
    const rows = await readable(await em().find(MessageEntity, { id: { $in: [...ids] } }));
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });

  const siblings = new DataLoader<Message, readonly Message[], string>(
    async (messages) => {
      const parents = messages.map((each) => each.parentId).filter((id) => id !== null && id !== undefined);
      const roots = messages.filter((each) => each.parentId == null).map((each) => each.conversationId);
      const rows = await readable(
        await em().find(
          MessageEntity,
          { $or: [{ parentId: { $in: parents } }, { parentId: null, conversationId: { $in: roots } }] },
          { orderBy: { createdAt: 'asc', id: 'asc' } },
        ),
      );
      return messages.map((each) =>
        rows.filter((row) =>
          each.parentId == null
            ? row.parentId == null && row.conversationId === each.conversationId
            : row.parentId === each.parentId,
        ),
      );
    },
    { cacheKeyFn: (each) => each.parentId ?? each.conversationId },
  );

  const summary = new DataLoader<Conversation, FoundSummary | null, string>(
    (conversations) =>
      Promise.all(
        conversations.map(async (each) =>
          each.headId == null ? null : ((await findSummary(em(), each, each.headId)) ?? null),
        ),
      ),
    { cacheKeyFn: ({ id }) => id },
  );

  const share = new DataLoader<string, Share | null>(async (conversationIds) => {
    const stands = { revokedAt: null, $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }] };
    const found = await em().find(ShareEntity, { conversationId: { $in: [...conversationIds] }, ...stands });
    const byConversation = new Map(found.map((each) => [each.conversationId, each]));
    return conversationIds.map((id) => byConversation.get(id) ?? null);
  });

  return { message, conversation, siblings, summary, share };
};
