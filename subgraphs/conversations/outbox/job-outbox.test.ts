import { expect, test, vi } from 'vitest';
import type { Json } from '#kernel/broker/broker.ts';
import { candidate, logger, openFixture } from '../conversations.fixture.ts';
import { type Message, OutboxEntity } from '../entities.ts';
import { startJobRelay, storeJob } from './job-outbox.ts';

test('the sweep publishes what a crash left behind, marked as a copy, and only deletes jobs of ended replies', async () => {
  await using fixture = await openFixture();
  const { database, broker, identity } = fixture;
  const conversation = await fixture.conversation();
  const jobOf = (message: Message) => ({
    kind: 'reply' as const,
    tenantId: identity.tenantId,
    userId: identity.userId,
    conversationId: conversation.id,
    messageId: message.id,
    history: [],
    candidates: [candidate],
    admittedAt: Date.now(),
  });
  const ended = await fixture.turn(conversation, undefined, 'one', { status: 'CANCELLED' });
  const queued = await fixture.turn(conversation, ended.reply, 'two', { status: 'QUEUED' });
  await database.forTenant(identity.tenantId).transactional(async (em) => {
    for (const { reply } of [ended, queued]) storeJob(em, jobOf(reply));
  });
  const published: Json[] = [];
  await using _ = await broker.consume<Json>('generations.small', { prefetch: 1 }, async ({ body }) => {
    published.push(body);
    return 'ack';
  });
  await using relay = startJobRelay(database, broker, logger);
  await relay.sweep(0);
  expect(await database.asSystem((em) => em.count(OutboxEntity))).toBe(0);
  // The job of the ended reply is older and would come first.
  await vi.waitFor(() => expect(published).not.toHaveLength(0));
  expect(published).toMatchObject([{ messageId: queued.reply.id, publishedBefore: true }]);
});
