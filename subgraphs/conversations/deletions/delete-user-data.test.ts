import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UserDeleted } from '#contracts/broker-events.ts';
import { createChangeFeed } from '../conversations/change-feed.ts';
import { logger, newIdentity } from '../conversations.fixture.ts';
import { type Conversation, ConversationEntity, MessageEntity } from '../entities.ts';
import { startExportPurge } from '../exports/purge-exports.ts';
import { requestDataExport } from '../exports/request-export.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
import { hashShareToken } from '../shares/share-token.ts';
import { ShareEntity, TransferEntity } from '../transfer-entities.ts';
import { openTransferStand, type TransferStand } from '../transfers.fixture.ts';
import { deleteUserData } from './delete-user-data.ts';

let stand: TransferStand;
beforeAll(async () => {
  stand = await openTransferStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const openDeletions = () => {
  const { database, streamLog, broker, signals, identity } = stand.fixture;
  const withdrawn: string[] = [];
  const replyCache = { withdraw: async (_: string, source: string) => void withdrawn.push(source) };
  const relay = startJobRelay(database, broker, logger);
  const services = {
    ...{ database, streamLog, broker, relay, replyCache, changes: createChangeFeed(signals, logger) },
    purgeExports: async () => undefined,
  };
  const event = (change: Partial<UserDeleted> = {}): UserDeleted => ({
    ...{ tenantId: identity.tenantId, userId: identity.userId, before: new Date().toISOString() },
    ...change,
  });
  return {
    withdrawn,
    services,
    event,
    run: (change: Partial<UserDeleted> = {}) => deleteUserData(services, event(change)),
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
};

/** Every row of the schema that names the user, or a conversation or message of the user, by its table. */
const rowsOf = async (needles: readonly string[]): Promise<Readonly<Record<string, number>>> =>
  stand.fixture.database.asSystem(async (em) => {
    const tables = await em.execute<{ readonly table_name: string }[]>(
      `select table_name from information_schema.tables where table_schema = 'conversations'`,
    );
    const found: Record<string, number> = {};
    for (const { table_name: table } of tables) {
      const [row] = await em.execute<{ readonly count: string }[]>(
        `select count(*) from conversations.${table} t where t::text ~ ?`,
        [needles.join('|')],
      );
      if (Number(row?.count) > 0) found[table] = Number(row?.count);
    }
    return found;
  });

const share = async (conversation: Conversation, ownerId: string) => {
  const { tenantId, id: conversationId, headId } = conversation;
  const em = stand.fixture.database.forTenant(tenantId);
  em.create(ShareEntity, {
    ...{ id: uuidv7(), tenantId, conversationId, ownerId, tokenHash: hashShareToken(uuidv7().padEnd(43, 'x')) ?? '' },
    ...{ lastMessageId: headId ?? '', messageCount: 2, createdAt: new Date(), expiresAt: null, revokedAt: null },
  });
  await em.flush();
};

test('everything of a deleted user goes, blobs included, and nothing of anybody else', async () => {
  await using deletions = openDeletions();
  const { fixture, services, blobs } = stand;
  const { database, identity, streamLog } = fixture;
  const { tenantId, userId } = identity;
  const { conversation, first, last } = await stand.branched();
  await share({ ...conversation, headId: last.reply.id }, userId);
  const kept = { tenantId, userId, idempotencyKey: 'key', requestHash: 'x', createdAt: new Date() };
  await database.asSystem((em) =>
    em.execute(
      `insert into conversations.sends (tenant_id, user_id, idempotency_key, request_hash, user_message_id, assistant_message_id)
        values (?, ?, ?, ?, ?, ?)`,
      [tenantId, userId, kept.idempotencyKey, kept.requestHash, first.question.id, first.reply.id],
    ),
  );
  const own = await stand.ended(await stand.request(conversation, 'JSON'));
  const everything = await stand.ended(await requestDataExport(services, identity, {}));
  const running = await fixture.turn(await fixture.conversation(), undefined, 'q', { status: 'QUEUED', content: '' });
  const { attempt } = await streamLog.open(running.reply.id);

  // Another user of the tenant, and the same id in another tenant.
  const em = database.forTenant(tenantId);
  const others = { pinned: false, archived: false, legalHold: false, createdAt: new Date(), updatedAt: new Date() };
  em.create(ConversationEntity, { id: uuidv7(), tenantId, ownerId: newIdentity().userId, ...others });
  await em.flush();
  const foreign = database.forTenant(newIdentity().tenantId);
  const elsewhere = newIdentity().tenantId;
  const foreignEm = database.forTenant(elsewhere);
  foreignEm.create(ConversationEntity, { id: uuidv7(), tenantId: elsewhere, ownerId: userId, ...others });
  await foreignEm.flush();
  expect(await foreign.count(ConversationEntity)).toBe(0);

  const needles = [userId, conversation.id, first.question.id, running.reply.id];
  expect(Object.keys(await rowsOf(needles)).sort()).toEqual([
    'conversations',
    'messages',
    'sends',
    'shares',
    'transfers',
  ]);
  await deletions.run();
  await deletions.run();
  expect(await streamLog.renew(running.reply.id, attempt)).toMatchObject({ stopRequested: true });
  expect(deletions.withdrawn).toContain(conversation.id);
  expect(await em.count(ConversationEntity)).toBe(1);
  expect(await foreignEm.count(ConversationEntity)).toBe(1);

  let refusals = 1;
  const refusing = async (key: string): Promise<void> => {
    refusals -= 1;
    if (refusals >= 0) throw new Error('the store is away');
    await blobs.delete(key);
  };
  await using purge = startExportPurge({ ...services, blobs: { delete: refusing } });
  await purge.sweep();
  expect(await em.count(TransferEntity)).toBe(1);
  await purge.sweep();
  for (const { blobKey } of [own, everything]) expect(await blobs.exists(blobKey ?? '')).toBe(false);
  // What is left is the same id in the other tenant.
  expect(await rowsOf(needles)).toEqual({ conversations: 1 });
});

test('a reply that waits for another one ends without a worker, so that its reservation is freed', async () => {
  await using deletions = openDeletions();
  const { fixture } = stand;
  const conversation = await fixture.conversation();
  const waiting = { status: 'QUEUED', content: '', dispatchedAt: null } as const;
  const { reply } = await fixture.turn(conversation, undefined, 'q', waiting);
  await deletions.run();
  expect(await fixture.streamLog.snapshot(reply.id)).toMatchObject({ ended: true });
  expect(await stand.em().count(MessageEntity, { id: reply.id })).toBe(0);
});

test('what is under a legal hold stays, without its share, and so does what came later', async () => {
  await using deletions = openDeletions();
  const { fixture } = stand;
  const held = await fixture.conversation();
  const { reply } = await fixture.turn(held, undefined, 'evidence');
  await share({ ...held, headId: reply.id }, fixture.identity.userId);
  await stand.em().nativeUpdate(ConversationEntity, { id: held.id }, { legalHold: true });
  const later = await fixture.conversation();
  await deletions.run({ before: new Date(Date.now() - 60_000).toISOString() });
  const ids = await stand
    .em()
    .find(ConversationEntity, { id: { $in: [held.id, later.id] } }, { orderBy: { id: 'asc' } });
  expect(ids.map(({ id }) => id)).toEqual([held.id, later.id]);
  await deletions.run();
  expect(await stand.em().count(ConversationEntity, { id: later.id })).toBe(0);
  expect(await stand.em().count(ConversationEntity, { id: held.id })).toBe(1);
  expect(await stand.em().count(ShareEntity, { conversationId: held.id })).toBe(0);
});
