/**
 * Signals that safety publishes when the screening has marked a reply after its end, for the change feeds of
 * conversations: one for those who follow the conversation, one for those who follow all of the user's.
 */
import { z } from 'zod';

export const conversationModeratedTopic = (tenantId: string, conversationId: string): string =>
  `moderated.conversation.${tenantId}.${conversationId}`;

/** @param userId the user whose question the reply is to */
export const ownerModeratedTopic = (tenantId: string, userId: string): string =>
  `moderated.owner.${tenantId}.${userId}`;

export const messageModeratedSchema = z.object({ conversationId: z.string(), messageId: z.string() });
export type MessageModerated = z.infer<typeof messageModeratedSchema>;
