/** Functions that the version before calls while an upgrade is under way: they do what their successors do. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { candidate, openFixture } from './conversations.fixture.ts';
import { MessageEntity } from './entities.ts';

test('a turn that the version before begins and ends is read and stored as one of this version', async () => {
  await using fixture = await openFixture();
  const { database, identity } = fixture;
  const { tenantId, userId } = identity;
  const conversation = await fixture.conversation();
  const generation = { userId, candidates: [candidate] };
  const { question, reply } = await fixture.turn(conversation, undefined, 'Hello?', {
    status: 'STREAMING',
    generation,
  });

  const above = [tenantId, userId, conversation.id, randomUUID(), true, null, 10, 10_000];
  const [former] = await database.call('select * from conversations.begin_turn(?, ?, ?, ?, ?, ?, ?, ?)', above);
  const [present] = await database.call('select * from conversations.read_turn(?, ?, ?, ?, ?, ?, ?, ?)', above);
  expect(former).toMatchObject({ titled: false, above_id: reply.id });
  expect(present).toEqual(Object.assign({ complexity: null, judged_at: expect.anything() }, former));

  const end = [
    tenantId,
    conversation.id,
    reply.id,
    'Hi.',
    'CANCELLED',
    'CANCELLED',
    null,
    null,
    3,
    new Date(),
    null,
    true,
  ];
  const sql = 'select * from conversations.end_reply(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
  expect(await database.call(sql, end)).toEqual([{ outcome: 'STORED', owner_id: userId }]);
  expect(await database.call(sql, end)).toEqual([{ outcome: 'KNOWN', owner_id: userId }]);
  const stored = await database.forTenant(tenantId).findOne(MessageEntity, { id: reply.id });
  expect(stored).toMatchObject({ status: 'CANCELLED', content: 'Hi.', reasoning: null, parentId: question.id });
});
