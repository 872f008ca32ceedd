/**
 * What the owner has read of a conversation. It is unread when the reply at its head ended after the owner last read
 * it. Invariant: marking it as read makes it read, however the clocks of the processes differ, and moves it nowhere in
 * the list.
 */
import type { Identity } from '#contracts/identity.ts';
import { type Conversation, inFlightStatuses, type Message, MessageEntity } from '../entities.ts';
import { requireConversation } from './access.ts';
import type { ConversationServices } from './create-conversation.ts';

/** @param head the last message of the current branch */
export const isUnread = ({ readAt }: Pick<Conversation, 'readAt'>, head: Message | null): boolean =>
  head !== null &&
  head.role === 'ASSISTANT' &&
  !inFlightStatuses.includes(head.status) &&
  head.completedAt != null &&
  head.completedAt > readAt;

/** Throws NOT_FOUND. */
export const markConversationRead = async (
  { database, changes }: Pick<ConversationServices, 'database' | 'changes'>,
  identity: Identity,
  id: string,
): Promise<Conversation> => {
  const { conversation, wasUnread } = await database.forTenant(identity.tenantId).transactional(async (em) => {
    const found = await requireConversation(em, identity, id, { intent: 'write' });
    const head = found.headId == null ? null : await em.findOne(MessageEntity, { id: found.headId });
    const unread = isUnread(found, head);
    const now = new Date();
    found.readAt = unread && head?.completedAt && head.completedAt > now ? head.completedAt : now;
    return { conversation: found, wasUnread: unread };
  });
  if (wasUnread) changes.announce(conversation, 'UPDATED');
  return conversation;
};
