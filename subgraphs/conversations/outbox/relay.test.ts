import { expect, test, vi } from 'vitest';
import type { Json } from '#kernel/broker/broker.ts';
import { candidate, logger, openFixture } from '../conversations.fixture.ts';
import { type Message, OutboxEntity } from '../entities.ts';
import { addToOutbox, startOutboxRelay } from './relay.ts';

test('what a crash left behind is published as a copy, unless its message has ended: then it is only deleted', async () => {
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
  const queued = await fixture.turn(conversation, ended.answer, 'two', { status: 'QUEUED' });
  await database.forTenant(identity.tenantId).transactional(async (em) => {
    for (const { answer } of [ended, queued]) addToOutbox(em, jobOf(answer));
  });
  const published: Json[] = [];
  await using _ = await broker.consume<Json>('generations.small', { prefetch: 1 }, async ({ body }) => {
    published.push(body);
    return 'ack';
  });
  await using relay = startOutboxRelay(database, broker, logger);
  await relay.sweep(0);
  expect(await database.asSystem((em) => em.count(OutboxEntity))).toBe(0);
  // The one that has ended is older, and would come first.
  await vi.waitFor(() => expect(published).not.toHaveLength(0));
  expect(published).toMatchObject([{ messageId: queued.answer.id, publishedBefore: true }]);
});
