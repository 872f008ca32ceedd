/**
 * Deletes for good what its users deleted long ago: conversations with everything that hangs on them, and files that no
 * other conversation has. Invariants: nothing under a legal hold goes, nor what its owner has restored; the files are
 * released before their conversation goes, so that a process that dies in between repeats it and forgets none.
 * Idempotency keys go with their messages, and by their age.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { maxReleasedFiles } from '#contracts/files-released.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { repeatTask } from '#kernel/process/repeat-task.ts';
import { type Conversation, ConversationEntity } from '../entities.ts';

export interface PurgeServices {
  readonly database: Database;
  readonly broker: Pick<Broker, 'publish'>;
  readonly logger: Logger;
}

const dayMs = 24 * 60 * 60 * 1000;
const sweepEveryMs = 10 * 60_000;
/** Conversations that are looked for at once. */
const batch = 50;
/** Keys of one statement. */
const keysAtOnce = 5_000;
/** Days for which a send can be repeated under its key: far longer than any client tries. */
export const keepKeysDays = 30;
/** After so many faults in one sweep a store is away, and the rest waits for the next one. */
const mostFaults = 3;

const filesSql = `
  select distinct one ->> 'fileId' as id
  from conversations.messages m cross join lateral jsonb_array_elements(m.attachments) one
  where m.tenant_id = ? and m.conversation_id = ? and m.attachments is not null
    and not exists (
      select from conversations.messages other
      where other.tenant_id = m.tenant_id and other.conversation_id <> m.conversation_id
        and other.attachments is not null
        and other.attachments @> jsonb_build_array(jsonb_build_object('fileId', one ->> 'fileId')))`;
const filesSchema = z.array(z.object({ id: z.uuid() }));

const keysOfConversationSql = `
  delete from conversations.sends s using conversations.messages m
  where m.tenant_id = ? and m.conversation_id = ? and s.tenant_id = m.tenant_id and s.user_message_id = m.id
    and s.user_id = ?`;
const oldKeysSql = `
  delete from conversations.sends where ctid = any (array(
    select ctid from conversations.sends where created_at < ? limit ?)) returning 1`;

const releaseFiles = async (
  em: EntityManager,
  broker: PurgeServices['broker'],
  { tenantId, id, ownerId: userId }: Conversation,
): Promise<void> => {
  const fileIds = filesSchema.parse(await em.execute(filesSql, [tenantId, id])).map((file) => file.id);
  for (let from = 0; from < fileIds.length; from += maxReleasedFiles) {
    const body = { tenantId, userId, fileIds: fileIds.slice(from, from + maxReleasedFiles) };
    await broker.publish('events', 'files.released', uuidv7(), body);
  }
};

const purge = ({ database, broker }: PurgeServices, due: object, id: string): Promise<void> =>
  database.asSystem(async (em) => {
    // Whoever restores it or puts it under a hold has this lock, and so is seen here.
    const found = await em.findOne(ConversationEntity, { ...due, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!found) return;
    const { tenantId, ownerId } = found;
    await releaseFiles(em, broker, found);
    await em.execute(keysOfConversationSql, [tenantId, id, ownerId]);
    // Messages, summaries, calls of tools, kept events and shares go with it.
    await em.nativeDelete(ConversationEntity, { tenantId, id });
  });

/** @returns the number that went */
const deleteOldKeys = ({ database }: PurgeServices, before: Date): Promise<number> =>
  database.asSystem(async (em) => (await em.execute(oldKeysSql, [before.toISOString(), keysAtOnce])).length);

/**
 * Purges what is due at `now`. Any number of processes may do so at the same time. Rejects while a store is away.
 * @param keepDays days since the deletion for which a conversation can be restored; 0: for ever
 */
export const purgeDeleted = async (services: PurgeServices, keepDays: number, now = new Date()): Promise<void> => {
  while ((await deleteOldKeys(services, new Date(now.getTime() - keepKeysDays * dayMs))) === keysAtOnce);
  if (keepDays === 0) return;
  const due = { deletedAt: { $lt: new Date(now.getTime() - keepDays * dayMs) }, legalHold: false };
  const failed: string[] = [];
  for (;;) {
    const found = await services.database.asSystem((em) =>
      em.find(
        ConversationEntity,
        { ...due, id: { $nin: failed } },
        { fields: ['id'], orderBy: { deletedAt: 'asc' }, limit: batch },
      ),
    );
    for (const { id } of found) {
      await purge(services, due, id).catch((err: unknown) => {
        failed.push(id);
        if (failed.length === mostFaults) throw err;
        services.logger.warn({ err, conversationId: id }, 'a deleted conversation stays until the next purge');
      });
    }
    if (found.length < batch) return;
  }
};

/** Closing waits for a purge that runs. */
export const startPurge = (services: PurgeServices, keepDays: number): AsyncDisposable =>
  repeatTask({
    everyMs: sweepEveryMs,
    run: () => purgeDeleted(services, keepDays),
    onFault: (err) => services.logger.warn({ err }, 'deleted conversations are not purged yet'),
  });
