import { afterAll, beforeAll, expect, test } from 'vitest';
import { candidate, type Fixture, openFixture } from '../conversations.fixture.ts';
import { buildJob } from './build-job.ts';
import { newMessageId, storeTurn } from './store-turn.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

test('a turn whose history was read while an answer was being written is not stored with it', async () => {
  const conversation = await fixture.conversation();
  const { answer } = await fixture.turn(conversation, undefined, 'first');
  const { tenantId } = conversation;
  const generation = { userId: fixture.identity.userId, candidates: [candidate] };
  const store = (historyIsOpen: boolean) => {
    const answerId = newMessageId();
    const job = buildJob({
      ...{ tenantId, conversationId: conversation.id, systemPrompt: null, answerId, generation },
      branch: [{ role: 'USER', content: 'second', status: 'COMPLETED' }],
    });
    return storeTurn(fixture.database, {
      ...{ identity: fixture.identity, conversationId: conversation.id, answerId, generation, job, historyIsOpen },
      idempotencyKey: answerId,
      requestHash: 'hash',
      onBusy: 'REJECT',
      followsHead: true,
      aboveId: answer.id,
      question: { id: newMessageId(), content: 'second' },
    });
  };
  expect(await store(true)).toEqual({ kind: 'moved' });
  expect((await store(false)).kind).toBe('stored');
  expect((await store(true)).kind).toBe('moved');
});
