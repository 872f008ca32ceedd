/** The history of a prompt is the end of its branch, however often that forked and however much of it is asked for. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBranch } from '../branch.ts';
import { type Fixture, openFixture } from '../conversations.fixture.ts';
import type { Message } from '../entities.ts';
import { maxHistoryBytes } from './build-job.ts';
import { readTurn } from './read-turn.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Turn after which each one goes: 0, 1, 2, … in one run, forks of forks, and a second root. */
const forks = [undefined, 0, 1, 2, 1, 4, 4, 6, 7, 3, undefined, 10, 10];

test('is the end of the branch, across forks', async () => {
  const { database, identity } = fixture;
  const conversation = await fixture.conversation();
  const answers: Awaited<ReturnType<Fixture['turn']>>['answer'][] = [];
  for (const [index, above] of forks.entries()) {
    const { answer } = await fixture.turn(conversation, above === undefined ? undefined : answers[above], `${index}`);
    answers.push(answer);
  }
  for (const { id } of answers) {
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

test('is no longer than what a prompt can hold, however long the messages are', async () => {
  const { database, identity } = fixture;
  const conversation = await fixture.conversation();
  const words = 'word '.repeat(20_000);
  let above: Message | undefined;
  for (let turn = 0; turn < 25; turn += 1) {
    ({ answer: above } = await fixture.turn(conversation, above, `${turn} ${words}`, { content: words }));
  }
  const { history } = await readTurn(database, {
    ...{ identity, conversationId: conversation.id, idempotencyKey: 'key' },
    place: { kind: 'head' },
  });
  const bytes = history.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  expect(bytes).toBeGreaterThan(maxHistoryBytes - 1);
  expect(bytes).toBeLessThan(maxHistoryBytes + 200_000);
  expect(history.at(-2)?.content.startsWith('24 ')).toBe(true);
  // One message is read whatever its size.
  const rows = await database.call('select role from conversations.read_recent(?, ?, 500, 1)', [
    ...[identity.tenantId, above?.id],
  ]);
  expect(rows).toEqual([{ role: 'ASSISTANT' }]);
});
