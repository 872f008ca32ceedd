/**
 * Ends the exports that hold a conversation which is deleted: nobody gets a URL of them from then on, and their files
 * are deleted with the next sweep. What is being made is made anew, without the conversation.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { TransferEntity } from '../transfer-entities.ts';

/** @param em of the transaction that deletes the conversation */
export const expireExportsOf = async (
  em: EntityManager,
  { ownerId, conversationId }: { readonly ownerId: string; readonly conversationId: string },
): Promise<void> => {
  const now = new Date();
  const holding = {
    userId: ownerId,
    $or: [{ kind: 'DATA_EXPORT' as const }, { kind: 'CONVERSATION_EXPORT' as const, conversationId }],
  };
  await em.nativeUpdate(TransferEntity, { ...holding, status: 'READY' }, { status: 'EXPIRED', expiresAt: now });
  const fresh = { status: 'QUEUED' as const, holder: null, leasedUntil: null, attempts: 0 };
  await em.nativeUpdate(TransferEntity, { ...holding, status: 'RUNNING' }, fresh);
};
