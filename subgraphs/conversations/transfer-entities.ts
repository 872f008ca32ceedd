/**
 * The tables of what leaves and enters: shares. A share is a view of a branch as it was when it was made, so it names
 * the last message that belongs to it, and messages above that one do not change.
 */
import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export const ShareEntity = defineEntity({
  name: 'Share',
  tableName: 'shares',
  schema: 'conversations',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().primary(),
    conversationId: p.uuid(),
    ownerId: p.uuid(),
    /** SHA-256 of the token, in hexadecimal. The token itself is stored nowhere. */
    tokenHash: p.text(),
    lastMessageId: p.uuid(),
    messageCount: p.integer(),
    /** That of the conversation when it was shared. */
    title: p.text().nullable(),
    createdAt: p.datetime(3),
    /** Null for never. */
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
});
export type Share = InferEntity<typeof ShareEntity>;
