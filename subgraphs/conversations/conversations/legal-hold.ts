/**
 * Puts a conversation under a legal hold, or ends it, as an administrator decides. Invariant: while it is under a hold
 * it is neither purged nor deleted with its owner, deleted or not.
 */
import type { Identity } from '#contracts/identity.ts';
import type { Conversation } from '../entities.ts';
import { requireConversation } from './access.ts';
import type { ConversationServices } from './create-conversation.ts';

/** Throws NOT_FOUND. The schema says which role may do so. */
export const setLegalHold = (
  { database }: Pick<ConversationServices, 'database'>,
  identity: Identity,
  { id, legalHold }: { readonly id: string; readonly legalHold: boolean },
): Promise<Conversation> =>
  database.forTenant(identity.tenantId).transactional(async (em) => {
    // The lock is that of the purge.
    const conversation = await requireConversation(em, identity, id, { intent: 'read', deleted: true, lock: true });
    conversation.legalHold = legalHold;
    return conversation;
  });
