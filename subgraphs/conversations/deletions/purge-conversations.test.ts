import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FilesReleased } from '#contracts/files-released.ts';
import { setLegalHold } from '../conversations/legal-hold.ts';
import { type Fixture, logger, newIdentity, openFixture } from '../conversations.fixture.ts';
import {
  type Conversation,
  ConversationEntity,
  type MessageAttachment,
  MessageEntity,
  SendEntity,
} from '../entities.ts';
import { keepKeysDays, purgeDeleted } from './purge-conversations.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const keepDays = 30;
const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 60 * 60 * 1000);
const em = () => fixture.database.forTenant(fixture.identity.tenantId);
const fileOf = (fileId: string): MessageAttachment => ({ fileId, name: 'a.txt', kind: 'TEXT', textLength: 1 });

/** A conversation that has these files, the last in its second question. */
const withFiles = async (...fileIds: readonly string[]): Promise<Conversation> => {
  const conversation = await fixture.conversation();
  const { question, reply } = await fixture.turn(conversation, undefined, 'the first');
  const attachments = fileIds.map(fileOf);
  await em().nativeUpdate(MessageEntity, { id: question.id }, { attachments: attachments.slice(0, -1) });
  const { question: next } = await fixture.turn(conversation, reply, 'the second');
  await em().nativeUpdate(MessageEntity, { id: next.id }, { attachments });
  return conversation;
};
const deleteAt = (conversation: Conversation, deletedAt: Date | null): Promise<number> =>
  em().nativeUpdate(ConversationEntity, { id: conversation.id }, { deletedAt });
const isThere = async ({ id }: Conversation): Promise<boolean> => (await em().count(ConversationEntity, { id })) === 1;

/** A broker that keeps what is released, and refuses so many events first. */
const openPurge = (refusals = 0) => {
  const released: FilesReleased[] = [];
  let left = refusals;
  const publish = async (_exchange: string, routingKey: string, _id: string, body: unknown): Promise<void> => {
    left -= 1;
    if (left >= 0) throw new Error('the broker is away');
    expect(routingKey).toBe('files.released');
    released.push(body as FilesReleased);
  };
  const services = { database: fixture.database, broker: { publish }, logger };
  return { released, run: (days = keepDays) => purgeDeleted(services, days) };
};

test('a conversation goes when it was deleted long ago, with the files that no other conversation has', async () => {
  const [alone, twice, shared, kept] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const old = await withFiles(alone, twice, shared);
  const living = await withFiles(shared);
  const recent = await withFiles(kept);
  await deleteAt(old, daysAgo(keepDays + 1));
  await deleteAt(recent, daysAgo(keepDays - 1));
  const purge = openPurge();
  await purge.run();
  await purge.run();
  expect([await isThere(old), await isThere(living), await isThere(recent)]).toEqual([false, true, true]);
  expect(await em().count(MessageEntity, { conversationId: old.id })).toBe(0);
  const { tenantId, userId } = fixture.identity;
  expect(purge.released).toEqual([{ tenantId, userId, fileIds: expect.any(Array) }]);
  expect([...(purge.released[0]?.fileIds ?? [])].sort()).toEqual([alone, twice].sort());
  // The other conversation was the last that had it.
  await deleteAt(living, daysAgo(keepDays + 1));
  await purge.run();
  expect(purge.released[1]?.fileIds).toEqual([shared]);
});

test('a file of another tenant with the same id holds nothing back', async () => {
  const file = uuidv7();
  const old = await withFiles(file);
  const foreign = newIdentity();
  await fixture.database.forTenant(foreign.tenantId).transactional(async (other) => {
    const conversationId = uuidv7();
    const [now, id] = [new Date(), uuidv7()];
    other.create(ConversationEntity, {
      ...{ id: conversationId, tenantId: foreign.tenantId, ownerId: foreign.userId, createdAt: now, updatedAt: now },
      ...{ pinned: false, archived: false, legalHold: false },
    });
    await other.flush();
    other.create(MessageEntity, {
      ...{ id, tenantId: foreign.tenantId, conversationId, branchId: id, parentId: null, depth: 1, pathLength: 1 },
      ...{ role: 'USER', content: 'q', status: 'COMPLETED', lastSeq: 0, createdAt: now, attachments: [fileOf(file)] },
    });
  });
  await deleteAt(old, daysAgo(keepDays + 1));
  const purge = openPurge();
  await purge.run();
  expect(purge.released.map(({ fileIds }) => fileIds)).toEqual([[file]]);
});

test('what is under a legal hold stays until the hold ends, and what was restored stays', async () => {
  const [held, restored] = [await withFiles(uuidv7()), await withFiles(uuidv7())];
  for (const each of [held, restored]) await deleteAt(each, daysAgo(keepDays + 1));
  const admin = { ...fixture.identity, userId: uuidv7(), roles: ['ADMIN' as const] };
  const hold = (as: typeof fixture.identity, legalHold: boolean) =>
    setLegalHold(fixture, as, { id: held.id, legalHold });
  await expect(hold({ ...newIdentity(), roles: ['ADMIN'] }, true)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await hold(admin, true)).toMatchObject({ id: held.id, legalHold: true });
  await deleteAt(restored, null);
  const purge = openPurge();
  await purge.run();
  expect([await isThere(held), await isThere(restored)]).toEqual([true, true]);
  expect(purge.released).toEqual([]);
  await hold(admin, false);
  await purge.run();
  expect([await isThere(held), await isThere(restored)]).toEqual([false, true]);
});

test('a conversation whose files could not be released stays, and holds up no other', async () => {
  const [first, second] = [await withFiles(uuidv7()), await withFiles(uuidv7())];
  await deleteAt(first, daysAgo(keepDays + 2));
  await deleteAt(second, daysAgo(keepDays + 1));
  const purge = openPurge(1);
  await purge.run();
  expect([await isThere(first), await isThere(second)]).toEqual([true, false]);
  await purge.run();
  expect(await isThere(first)).toBe(false);
  expect(purge.released).toHaveLength(2);
});

test('a purge of more than one batch ends, and 0 days purge nothing', async () => {
  const many = await Promise.all(Array.from({ length: 103 }, () => fixture.conversation()));
  for (const each of many) await deleteAt(each, daysAgo(4_000));
  const purge = openPurge();
  await purge.run(0);
  expect(await em().count(ConversationEntity, { id: { $in: many.map(({ id }) => id) } })).toBe(103);
  await purge.run();
  expect(await em().count(ConversationEntity, { id: { $in: many.map(({ id }) => id) } })).toBe(0);
});

test('idempotency keys go with their conversation, and by their age', async () => {
  const { tenantId, userId } = fixture.identity;
  const [old, living] = [await fixture.conversation(), await fixture.conversation()];
  const keyOf = async (conversation: Conversation, createdAt: Date): Promise<string> => {
    const { question, reply } = await fixture.turn(conversation, undefined, 'q');
    const idempotencyKey = uuidv7();
    const manager = em();
    manager.create(SendEntity, {
      ...{ tenantId, userId, idempotencyKey, requestHash: 'x', createdAt },
      ...{ userMessageId: question.id, assistantMessageId: reply.id },
    });
    await manager.flush();
    return idempotencyKey;
  };
  const ofDeleted = await keyOf(old, new Date());
  const aged = await keyOf(living, daysAgo(keepKeysDays + 1));
  const fresh = await keyOf(living, daysAgo(keepKeysDays - 1));
  await deleteAt(old, daysAgo(keepDays + 1));
  await openPurge().run();
  const left = await em().find(SendEntity, { idempotencyKey: { $in: [ofDeleted, aged, fresh] } });
  expect(left.map(({ idempotencyKey }) => idempotencyKey)).toEqual([fresh]);
});
