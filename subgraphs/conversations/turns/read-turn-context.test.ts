/** The history of a prompt is the end of its branch, however often that forked and however much of it is read. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { candidate, type Fixture, openFixture } from '../conversations.fixture.ts';
import type { Message } from '../entities.ts';
import { readBranch } from '../messages/branch.ts';
import { maxHistoryBytes } from '../replies/build-job.ts';
import { readTurnContext, type TurnParent } from './read-turn-context.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** The turn that each turn continues: 0, 1, 2, … in one segment, forks of forks, and a second root. */
const forks = [undefined, 0, 1, 2, 1, 4, 4, 6, 7, 3, undefined, 10, 10];

test('the history is the end of the branch, across forks', async () => {
  const { database, identity } = fixture;
  const conversation = await fixture.conversation();
  const replies: Awaited<ReturnType<Fixture['turn']>>['reply'][] = [];
  for (const [index, above] of forks.entries()) {
    const { reply } = await fixture.turn(conversation, above === undefined ? undefined : replies[above], `${index}`);
    replies.push(reply);
  }
  for (const { id } of replies) {
    const branch = await readBranch(database.forTenant(identity.tenantId), id, 1, 100);
    for (const most of [1, 2, 3, 4, 5, 6, 7, 100]) {
      const rows = await database.call('select * from conversations.read_history(?, ?, ?)', [
        ...[identity.tenantId, id, most],
      ]);
      expect(rows).toMatchObject(branch.slice(-most).map(({ role, content, status }) => ({ role, content, status })));
      expect(rows).toHaveLength(Math.min(most, branch.length));
    }
  }
});

test('the history is no longer than what a prompt can hold, however long the messages are', async () => {
  const { database, identity } = fixture;
  const conversation = await fixture.conversation();
  const words = 'word '.repeat(20_000);
  let above: Message | undefined;
  for (let turn = 0; turn < 25; turn += 1) {
    ({ reply: above } = await fixture.turn(conversation, above, `${turn} ${words}`, { content: words }));
  }
  const { history } = await readTurnContext(database, {
    ...{ identity, conversationId: conversation.id, idempotencyKey: 'key' },
    parent: { kind: 'head' },
  });
  const bytes = history.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  expect(bytes).toBeGreaterThan(maxHistoryBytes - 1);
  expect(bytes).toBeLessThan(maxHistoryBytes + 200_000);
  expect(history.at(-2)?.content.startsWith('24 ')).toBe(true);
  // At least one message is read, whatever its size.
  const rows = await database.call('select role from conversations.read_recent(?, ?, 500, 1)', [
    ...[identity.tenantId, above?.id],
  ]);
  expect(rows).toEqual([{ role: 'ASSISTANT' }]);
});

test('the class of a turn comes from the last turn of its branch, and of no other tenant', async () => {
  const { database, identity } = fixture;
  const conversation = await fixture.conversation();
  const classed = (complexity: 'SIMPLE' | 'COMPLEX') => ({
    generation: {
      ...{ userId: identity.userId, candidates: [candidate] },
      routing: {
        complexity,
        basis: 'QUESTION' as const,
        overflowed: false,
        modelId: candidate.modelId,
        reason: 'It fits.',
      },
    },
  });
  const simple = await fixture.turn(conversation, undefined, 'an easy one', classed('SIMPLE'));
  const complex = await fixture.turn(conversation, simple.reply, 'a hard one', classed('COMPLEX'));
  const unjudged = await fixture.turn(conversation, complex.reply, 'one of an older version');
  const classUnder = async (parent: TurnParent) => {
    const request = { identity, conversationId: conversation.id, idempotencyKey: 'key', parent };
    return (await readTurnContext(database, request)).previousClass;
  };
  const under = ({ id }: Message) => classUnder({ kind: 'message', id });
  expect(await under(complex.reply)).toEqual({ complexity: 'COMPLEX', at: complex.reply.createdAt.getTime() });
  expect(await under(simple.reply)).toMatchObject({ complexity: 'SIMPLE' });
  // Another reply to the hard question stands where its first reply does: under the easy turn.
  expect(await under(complex.question)).toMatchObject({ complexity: 'SIMPLE' });
  expect(await under(simple.question)).toBeUndefined();
  expect(await under(unjudged.reply)).toBeUndefined();
  expect(await classUnder({ kind: 'root' })).toBeUndefined();
});
