/** Which summary a prompt has, and what becomes of summaries when messages are blocked or deleted. */
import { expect, test } from 'vitest';
import { ConversationSummaryEntity, MessageEntity } from './entities.ts';
import { contents, converse, inFlight, openSummaries, twice } from './summaries.fixture.ts';
import type { TurnParent } from './turns/read-turn-context.ts';

test('a summary begins with the one before, and a prompt has the newest one on its branch and what follows it', async () => {
  await using summaries = await openSummaries();
  const { fixture, context, conversationOf } = summaries;
  const { conversation, at } = await converse(fixture, 4);
  const first = await summaries.jobAfter(at(3));
  if (!first) throw new Error('no summary was due');
  await summaries.store(first, { summary: 'first' });
  let tip = at(3);
  for (const content of ['t4', 't5', 't6']) {
    const change = content === 't6' ? inFlight : {};
    ({ reply: tip } = await fixture.turn(await conversationOf(conversation), tip, content, change));
  }
  const second = await summaries.jobAfter(tip);
  expect(second?.history[0]).toEqual({ role: 'USER', content: 'first', isSummary: true });
  expect(contents(second)?.slice(1)).toEqual(['t2', 'reply to t2', 't3', 'reply', 't4', 'reply to t4']);
  if (second) await summaries.store(second, { summary: 'second' });

  const told = async (parent: TurnParent) => {
    const { summary, history } = await context(conversation, parent);
    return { summary, history: history.map(({ content }) => content) };
  };
  expect(await told({ kind: 'head' })).toEqual({
    summary: 'second',
    history: ['t5', 'reply to t5', 't6', 'reply'],
  });
  // An edit of t4: the second summary covers t4, so the first one is used; one of t2 finds none.
  const edited = await told({ kind: 'message', id: at(3).id });
  expect(edited).toEqual({ summary: 'first', history: ['t2', 'reply to t2', 't3', 'reply'] });
  expect((await told({ kind: 'message', id: at(1).id })).summary).toBeUndefined();
  expect((await told({ kind: 'root' })).summary).toBeUndefined();
  // Two turns stay word for word also where a branch leaves the other one right behind the summary.
  expect((await told({ kind: 'message', id: at(2).id })).summary).toBeUndefined();
  // A branch that begins further down shares the first summary.
  const { reply: sibling } = await fixture.turn(await conversationOf(conversation), at(3), 'other');
  expect((await told({ kind: 'message', id: sibling.id })).summary).toBe('first');
  // One that begins further up has nothing of it, however long it gets.
  let other = at(0);
  for (const content of ['u1', 'u2', 'u3', 'u4']) {
    ({ reply: other } = await fixture.turn(await conversationOf(conversation), other, content));
  }
  expect((await told({ kind: 'message', id: other.id })).summary).toBeUndefined();
});

test.each([
  [5, 2],
  [3, 1],
  [1, 0],
])('blocking the reply of turn %i leaves %i summaries: those that do not cover it', async (turn, left) => {
  await using summaries = await openSummaries();
  const { replies } = await twice(summaries);
  const { database, identity } = summaries.fixture;
  const em = database.forTenant(identity.tenantId);
  await em.nativeUpdate(MessageEntity, { id: replies[turn]?.id ?? '' }, { status: 'BLOCKED' });
  expect(await summaries.summaries()).toHaveLength(left);
});

test('blocking a message of another branch leaves what does not cover it', async () => {
  await using summaries = await openSummaries();
  const { conversation, replies } = await twice(summaries);
  const { fixture } = summaries;
  const { reply } = await fixture.turn(await summaries.conversationOf(conversation), replies[0], 'elsewhere');
  const em = fixture.database.forTenant(fixture.identity.tenantId);
  await em.nativeUpdate(MessageEntity, { id: reply.id }, { status: 'BLOCKED' });
  expect(await summaries.summaries()).toHaveLength(2);
});

test('the result of a summary that was made of a message which is blocked by now is not stored', async () => {
  await using summaries = await openSummaries();
  const { fixture } = summaries;
  const { at } = await converse(fixture, 5);
  const job = await summaries.jobAfter(at(4));
  if (!job) throw new Error('no summary was due');
  const em = fixture.database.forTenant(fixture.identity.tenantId);
  await em.nativeUpdate(MessageEntity, { id: at(0).id }, { status: 'BLOCKED' });
  await summaries.store(job);
  expect(await summaries.summaries()).toEqual([]);
});

test('the summaries of a conversation count as stored bytes, and go with it', async () => {
  await using summaries = await openSummaries();
  await twice(summaries);
  const { database, identity } = summaries.fixture;
  const stored = async (): Promise<number> => {
    const [row] = await database.asSystem((em) =>
      em.execute<{ bytes: string }[]>(
        'select sum(bytes) as bytes from conversations.stored_bytes where tenant_id = ?',
        [identity.tenantId],
      ),
    );
    return Number(row?.bytes);
  };
  const before = await stored();
  await database.asSystem((em) =>
    em.execute('delete from conversations.conversation_summaries where content like ?', ['summary of%']),
  );
  expect(before - (await stored())).toBe(2 * (256 + 'summary of 3 turns'.length));
  await using other = await openSummaries();
  const gone = await twice(other);
  await other.fixture.database.asSystem(async (em) => {
    await em.execute('update conversations.conversations set head_id = null where id = ?', [gone.conversation.id]);
    await em.execute('delete from conversations.conversations where id = ?', [gone.conversation.id]);
  });
  expect(await other.summaries()).toEqual([]);
});

test('another tenant sees no summary', async () => {
  await using summaries = await openSummaries();
  await twice(summaries);
  const { database } = summaries.fixture;
  const stranger = database.forTenant('01900000-0000-7000-8000-00000000ffff');
  expect(await stranger.find(ConversationSummaryEntity, {})).toEqual([]);
});
