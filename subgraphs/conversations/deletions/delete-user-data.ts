/**
 * Deletes what conversations has of a user who was deleted. Invariant: afterwards nothing that was stored until then
 * names the user or holds a text of the user, except conversations under a legal hold; doing it again changes nothing.
 * Its replies are stopped before their rows go, so that workers end and bill them. The files of exports are deleted by
 * the sweep, which repeats what a blob store refuses.
 */
import { LockMode } from '@mikro-orm/core';
import type { UserDeleted } from '#contracts/broker-events.ts';
import type { ReplyCache } from '#kernel/reply-cache/reply-cache.ts';
import type { ChangeFeed } from '../conversations/change-feed.ts';
import { ConversationEntity, inFlightStatuses, type Message, MessageEntity, SendEntity } from '../entities.ts';
import { resumeStopped } from '../replies/park-reply.ts';
import { type StopServices, stopReply } from '../replies/stop-generation.ts';
import { ShareEntity, TransferEntity } from '../transfer-entities.ts';

export interface DeletionServices extends Pick<StopServices, 'database' | 'streamLog' | 'broker' | 'relay'> {
  readonly changes: ChangeFeed;
  readonly replyCache: Pick<ReplyCache, 'withdraw'>;
  /** Deletes the files of exports that are due. */
  readonly purgeExports: () => Promise<void>;
}

/** Conversations that are looked for at once. */
const batch = 50;

/** The highest id of a row that was made until then. An import says itself when its conversations were begun. */
const lastIdBefore = (time: Date): string => {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7fff-bfff-ffffffffffff`;
};

/** Ends a conversation for everybody, as its owner's deletion does. Returns its replies that have to stop. */
const close = (services: DeletionServices, tenantId: string, id: string): Promise<readonly Message[]> =>
  services.database.asSystem(async (em) => {
    // A turn that is being stored holds this lock, so it is found below; a later one finds the conversation deleted.
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE as const };
    const conversation = await em.findOne(ConversationEntity, { tenantId, id }, lock);
    if (!conversation) return [];
    conversation.deletedAt ??= new Date();
    const running = await em.find(MessageEntity, {
      ...{ tenantId, conversationId: id },
      status: { $in: [...inFlightStatuses] },
    });
    for (const reply of running) reply.stopRequestedAt ??= new Date();
    return running;
  });

const deleteConversation = async (
  services: DeletionServices,
  { tenantId, userId }: UserDeleted,
  id: string,
): Promise<void> => {
  const { database, changes, replyCache } = services;
  await replyCache.withdraw(tenantId, id);
  const running = await close(services, tenantId, id);
  for (const reply of running) await stopReply(services, reply);
  if (running.length > 0) await resumeStopped(services, { tenantId, conversationId: id });
  // Messages, summaries, calls of tools, kept events and shares go with it.
  await database.asSystem((em) => em.nativeDelete(ConversationEntity, { tenantId, id }));
  changes.announce({ id, tenantId, ownerId: userId }, 'DELETED');
};

/** What hangs on the user and on no conversation. */
const deleteRest = ({ database }: DeletionServices, { tenantId, userId, before }: UserDeleted): Promise<void> =>
  database.asSystem(async (em) => {
    const own = { tenantId, userId };
    const until = { createdAt: { $lte: new Date(before) } };
    await em.nativeDelete(SendEntity, { ...own, ...until });
    await em.nativeDelete(ShareEntity, { tenantId, ownerId: userId, ...until });
    await em.nativeDelete(TransferEntity, { ...own, ...until, blobKey: null });
    // The sweep of exports deletes these together with their files, since they ended long ago.
    const over = { status: 'EXPIRED' as const, holder: null, leasedUntil: null, completedAt: new Date(0) };
    await em.nativeUpdate(TransferEntity, { ...own, ...until }, { ...over, fileName: null, report: null });
  });

/** Rejects while a store is away; then the event comes again. */
export const deleteUserData = async (services: DeletionServices, event: UserDeleted): Promise<void> => {
  const { tenantId, userId, before } = event;
  const owned = { tenantId, ownerId: userId, legalHold: false, id: { $lte: lastIdBefore(new Date(before)) } };
  for (;;) {
    const found = await services.database.asSystem((em) =>
      em.find(ConversationEntity, owned, { fields: ['id'], limit: batch }),
    );
    for (const { id } of found) await deleteConversation(services, event, id);
    if (found.length < batch) break;
  }
  await deleteRest(services, event);
  await services.purgeExports();
};
