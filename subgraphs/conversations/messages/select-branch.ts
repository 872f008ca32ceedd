/** Selects the current branch of a conversation of the caller. */
import type { Identity } from '#contracts/identity.ts';
import { requireMessage } from '../conversations/access.ts';
import type { ConversationServices } from '../conversations/create-conversation.ts';
import type { Conversation } from '../entities.ts';
import { tipOfSegment } from './branch.ts';

/** Makes the last message of the segment that holds this message the head. Throws NOT_FOUND. */
export const selectBranch = async (
  { database, changes }: Pick<ConversationServices, 'database' | 'changes'>,
  identity: Identity,
  messageId: string,
): Promise<Conversation> => {
  const selected = await database.forTenant(identity.tenantId).transactional(async (em) => {
    const { message, conversation } = await requireMessage(em, identity, messageId, 'write');
    conversation.headId = (await tipOfSegment(em, message)).id;
    conversation.updatedAt = new Date();
    return conversation;
  });
  changes.announce(selected, 'BRANCH_SELECTED', messageId);
  return selected;
};
