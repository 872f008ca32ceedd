/** Creates an empty conversation of the caller. */
import { v7 as uuidv7 } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import type { ReplyCache } from '#kernel/reply-cache/reply-cache.ts';
import { type Conversation, ConversationEntity, type Message } from '../entities.ts';
import type { Screening } from '../screening/screening.ts';
import type { ChangeFeed } from './change-feed.ts';
import { type ConversationSettings, checkCollections, checkSettings } from './conversation-settings.ts';
import { readStoredBytes, requireStorage } from './stored-bytes.ts';

export interface ConversationServices {
  readonly database: Database;
  readonly changes: ChangeFeed;
  readonly screening: Pick<Screening, 'instructions'>;
  readonly replyCache: Pick<ReplyCache, 'withdraw'>;
  /** Stops replies in flight whose rows hold a stop request. Never rejects. */
  readonly stopReplies: (replies: readonly Message[]) => Promise<void>;
  /** Most characters of one message, and of the instructions (`MAX_CONTENT_LENGTH`). */
  readonly maxContentLength: number;
  /** Bytes that a tenant may store (`MAX_STORED_BYTES`). */
  readonly maxStoredBytes: number;
}

/** Throws BAD_USER_INPUT, QUOTA_EXCEEDED when the tenant's storage is full, and CONTENT_BLOCKED. */
export const createConversation = async (
  {
    database,
    changes,
    screening,
    maxContentLength,
    maxStoredBytes,
  }: Omit<ConversationServices, 'stopReplies' | 'replyCache'>,
  identity: Identity,
  settings: ConversationSettings,
): Promise<Conversation> => {
  const em = database.forTenant(identity.tenantId);
  requireStorage(await readStoredBytes(em), settings.systemPrompt ?? '', maxStoredBytes);
  checkSettings(settings, maxContentLength);
  const id = uuidv7();
  await screening.instructions({ identity, conversationId: id, systemPrompt: settings.systemPrompt });
  const now = new Date();
  const conversation = em.create(ConversationEntity, {
    id,
    tenantId: identity.tenantId,
    ownerId: identity.userId,
    title: settings.title ?? null,
    modelPolicy: settings.modelPolicy ?? null,
    systemPrompt: settings.systemPrompt ?? null,
    budgetUsd: settings.budgetUsd ?? null,
    collectionIds: [...checkCollections(settings.collectionIds ?? [])],
    pinned: false,
    archived: false,
    legalHold: false,
    createdAt: now,
    updatedAt: now,
  });
  await em.flush();
  changes.announce(conversation, 'CREATED');
  return conversation;
};
