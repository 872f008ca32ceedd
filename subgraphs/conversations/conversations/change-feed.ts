/**
 * Publishes changes of conversations as signals, so that other devices refetch. A signal is a hint and never carries
 * the data itself. Each conversation has a topic, and so has each owner's list.
 */

import { z } from 'zod';
import {
  conversationModeratedTopic,
  messageModeratedSchema,
  ownerModeratedTopic,
} from '#contracts/moderation-signals.ts';
import type { Json } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';

const changeKinds = [
  'CREATED',
  'UPDATED',
  'DELETED',
  'RESTORED',
  'MESSAGE_ADDED',
  'MESSAGE_FINISHED',
  'MESSAGE_MODERATED',
  'BRANCH_SELECTED',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

const changeSchema = z.object({
  kind: z.enum(changeKinds),
  conversationId: z.string(),
  messageId: z.string().optional(),
});
export type Change = z.infer<typeof changeSchema>;

/** The change that a signal means; undefined for any other. Those of safety carry no kind. */
export const parseChange = (payload: Json): Change | undefined => {
  const moderated = messageModeratedSchema.strict().safeParse(payload).data;
  return moderated ? { kind: 'MESSAGE_MODERATED', ...moderated } : changeSchema.safeParse(payload).data;
};

const conversationTopic = (tenantId: string, conversationId: string): string =>
  `conversation.${tenantId}.${conversationId}`;
const ownerTopic = (tenantId: string, ownerId: string): string => `conversations.${tenantId}.${ownerId}`;
/** What those who follow a conversation subscribe to. */
export const conversationTopics = (tenantId: string, conversationId: string): readonly string[] => [
  conversationTopic(tenantId, conversationId),
  conversationModeratedTopic(tenantId, conversationId),
];
/** What those who follow all of an owner's conversations subscribe to. */
export const ownerTopics = (tenantId: string, ownerId: string): readonly string[] => [
  ownerTopic(tenantId, ownerId),
  ownerModeratedTopic(tenantId, ownerId),
];
/** Signalled when a reply is stored: a stream that was opened before its message waits for it. */
export const messageTopic = (tenantId: string, messageId: string): string => `message.${tenantId}.${messageId}`;

/** Signalled when a conversation is deleted, for those who stream one of its messages. */
export const deletionsTopic = 'conversations.deleted';

export interface ChangeFeed {
  /** Does not wait, and never throws: clients see a change that was not announced at their next refetch. */
  announce(
    conversation: { readonly id: string; readonly tenantId: string; readonly ownerId: string },
    kind: ChangeKind,
    messageId?: string,
  ): void;
}

export const createChangeFeed = (signals: Signals, logger: Logger): ChangeFeed => ({
  announce({ id, tenantId, ownerId }, kind, messageId) {
    const change: Change = { kind, conversationId: id, ...(messageId === undefined ? {} : { messageId }) };
    const topics = [conversationTopic(tenantId, id), ownerTopic(tenantId, ownerId)];
    if (kind === 'MESSAGE_ADDED' && messageId !== undefined) topics.push(messageTopic(tenantId, messageId));
    if (kind === 'DELETED') topics.push(deletionsTopic);
    void Promise.all(topics.map((topic) => signals.publish(topic, change))).catch((err) =>
      logger.warn({ err }, 'change not announced'),
    );
  },
});
