/**
 * One request's batches: whatever a page asks of messages and conversations costs one statement a kind. Each checks that the
 * caller may read what it gives; what he may not read is null, like what does not exist.
 */
import DataLoader from 'dataloader';
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { visibleTo } from '../access.ts';
import { type Conversation, ConversationEntity, type Message, MessageEntity } from '../entities.ts';
import { readMessage } from '../streams/in-flight.ts';

export interface Loaders {
  /** By id; a message in flight as its stream shows it. */
  readonly message: DataLoader<string, Message | null>;
  readonly conversation: DataLoader<string, Conversation | null>;
  /** All messages with the same parent, oldest first, the message itself among them. */
  readonly siblings: DataLoader<Message, readonly Message[], string>;
}

export const createLoaders = (
  services: { readonly database: Database; readonly ports: { readonly streamLog: StreamLog } },
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
    const owners = await conversation.loadMany(rows.map((row) => row.conversationId));
    const allowed = rows.filter((_, index) => owners[index] !== null && !(owners[index] instanceof Error));
    return Promise.all(allowed.map((row) => readMessage(services.ports.streamLog, row)));
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

  return { message, conversation, siblings };
};
