/**
 * Changes a conversation of the caller: its settings, soft deletion and restoring. Invariant: nothing goes on in a
 * deleted conversation, since the deletion stops its replies, and no turn can be stored in it afterwards. Its
 * summaries, its share and the exports that hold it go at once.
 */
import type { Identity } from '#contracts/identity.ts';
import {
  type Conversation,
  ConversationSummaryEntity,
  inFlightStatuses,
  type Message,
  MessageEntity,
} from '../entities.ts';
import { ShareEntity } from '../transfer-entities.ts';
import { requireConversation } from './access.ts';
import type { ChangeKind } from './change-feed.ts';
import { type ConversationSettings, checkCollections, checkSettings } from './conversation-settings.ts';
import type { ConversationServices } from './create-conversation.ts';
import { expireExportsOf } from './expire-exports.ts';
import { readStoredBytes, requireStorage } from './stored-bytes.ts';

type DeletingServices = Pick<ConversationServices, 'database' | 'changes' | 'stopReplies' | 'replyCache'>;

interface ConversationChange {
  readonly id: string;
  readonly kind: ChangeKind;
  /** Whether a deleted conversation is found too. Default false. */
  readonly deleted?: boolean;
  readonly apply: (conversation: Conversation) => void;
}

/** Changes one conversation in one transaction. Throws NOT_FOUND. */
const change = async (
  { database, changes }: Pick<ConversationServices, 'database' | 'changes'>,
  identity: Identity,
  { id, kind, deleted = false, apply }: ConversationChange,
): Promise<Conversation> => {
  const conversation = await database.forTenant(identity.tenantId).transactional(async (em) => {
    const found = await requireConversation(em, identity, id, { intent: 'write', deleted });
    apply(found);
    found.updatedAt = new Date();
    return found;
  });
  changes.announce(conversation, kind);
  return conversation;
};

/** Fields that are undefined stay; null clears a setting. */
export interface ConversationUpdate extends ConversationSettings {
  readonly id: string;
  readonly pinned?: boolean | null | undefined;
  readonly archived?: boolean | null | undefined;
}

/** Throws NOT_FOUND, BAD_USER_INPUT, QUOTA_EXCEEDED when the tenant's storage is full, and CONTENT_BLOCKED. */
export const updateConversation = async (
  services: ConversationServices,
  identity: Identity,
  { id, title, modelPolicy, systemPrompt, budgetUsd, pinned, archived, ...update }: ConversationUpdate,
): Promise<Conversation> => {
  checkSettings({ title, modelPolicy, systemPrompt, budgetUsd }, services.maxContentLength);
  const collectionIds = update.collectionIds === undefined ? undefined : checkCollections(update.collectionIds ?? []);
  if (systemPrompt != null) {
    const em = services.database.forTenant(identity.tenantId);
    requireStorage(await readStoredBytes(em), systemPrompt, services.maxStoredBytes);
    const conversation = await requireConversation(em, identity, id, { intent: 'write' });
    await services.screening.instructions({ identity, conversationId: conversation.id, systemPrompt });
  }
  return change(services, identity, {
    id,
    kind: 'UPDATED',
    apply: (conversation) => {
      if (title !== undefined) conversation.title = title;
      if (title === null) conversation.titlingSince = null;
      if (modelPolicy !== undefined) conversation.modelPolicy = modelPolicy;
      if (systemPrompt !== undefined) conversation.systemPrompt = systemPrompt;
      if (budgetUsd !== undefined) conversation.budgetUsd = budgetUsd;
      if (collectionIds !== undefined) conversation.collectionIds = [...collectionIds];
      conversation.pinned = pinned ?? conversation.pinned;
      conversation.archived = archived ?? conversation.archived;
    },
  });
};

/**
 * Stops what is being written in the conversation, and what waits in it. None of its replies is served from a cache any
 * more. Throws NOT_FOUND.
 */
export const deleteConversation = async (
  { database, changes, stopReplies, replyCache }: DeletingServices,
  identity: Identity,
  id: string,
): Promise<Conversation> => {
  const now = new Date();
  const stopped: Message[] = [];
  const deleted = await database.forTenant(identity.tenantId).transactional(async (em) => {
    // A turn that is being stored holds this lock, so it is found below; a later one finds the conversation deleted.
    const conversation = await requireConversation(em, identity, id, { intent: 'write', lock: true });
    // Before the deletion is stored: what is deleted must not be served, whatever fails here.
    await replyCache.withdraw(identity.tenantId, conversation.id);
    conversation.deletedAt = now;
    conversation.updatedAt = now;
    // For good: a conversation that is restored has to be shared again.
    await em.nativeUpdate(ShareEntity, { conversationId: id, revokedAt: null }, { revokedAt: now });
    await expireExportsOf(em, { ownerId: conversation.ownerId, conversationId: id });
    // A restored conversation gets new ones when it needs them.
    await em.nativeDelete(ConversationSummaryEntity, { conversationId: id });
    conversation.summarised = false;
    conversation.summarising = null;
    const inFlight = { conversationId: id, status: { $in: [...inFlightStatuses] } };
    for (const reply of await em.find(MessageEntity, inFlight)) {
      reply.stopRequestedAt ??= now;
      stopped.push(reply);
    }
    return conversation;
  });
  changes.announce(deleted, 'DELETED');
  await stopReplies(stopped);
  return deleted;
};

/** Throws NOT_FOUND. Changes nothing but the time of the last change when the conversation is not deleted. */
export const restoreConversation = (
  services: ConversationServices,
  identity: Identity,
  id: string,
): Promise<Conversation> =>
  change(services, identity, {
    id,
    kind: 'RESTORED',
    deleted: true,
    apply: (conversation) => {
      conversation.deletedAt = null;
    },
  });
