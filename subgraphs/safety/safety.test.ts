/** The safety room over its own HTTP, on PGlite. One room for all tests; each uses messages of its own. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { acme, globex, identityOf, openSafetyRoom, type SafetyRoom } from './safety-room.fixture.ts';

let safety: SafetyRoom;
beforeAll(async () => {
  safety = await openSafetyRoom();
});
afterAll(() => safety[Symbol.asyncDispose]());

const ada = identityOf(acme);
const admin = identityOf(acme, { roles: ['ADMIN'] });
const insult = 'you stupid bitch';
const threat = 'I will kill you tomorrow';

test('screens a message before it is admitted and keeps the verdict', async () => {
  const [allowed, flagged, blocked] = [randomUUID(), randomUUID(), randomUUID()];
  expect(await safety.screen('How do I kill a process?', allowed)).toMatchObject({ action: 'ALLOW', categories: [] });
  expect(await safety.screen(insult, flagged)).toMatchObject({
    action: 'FLAG',
    categories: [{ category: 'PROFANITY', score: 0.6 }],
  });
  expect(await safety.screen(threat, blocked)).toMatchObject({
    action: 'BLOCK',
    categories: [{ category: 'THREAT', score: 0.95 }],
  });
  expect(await safety.moderation(ada, [blocked, randomUUID(), allowed, flagged])).toMatchObject([
    { stage: 'INPUT', action: 'BLOCK' },
    null,
    { stage: 'INPUT', action: 'ALLOW' },
    { stage: 'INPUT', action: 'FLAG' },
  ]);
});

test('refuses the internal field to clients, and ids that are none', async () => {
  const mutation = `mutation ($id: ID!) { screenContent(input: { messageId: $id, conversationId: $id, content: "x" }) { action } }`;
  const client = await safety.ask(admin, mutation, { id: randomUUID() });
  expect(client.errors[0]?.extensions.code).toBe('FORBIDDEN');
  const room = await safety.ask(identityOf(acme, { room: 'conversations' }), mutation, { id: 'nonsense' });
  expect(room.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'messageId' });
});

test('screens what models wrote, once, however often the event arrives', async () => {
  const messageId = randomUUID();
  await safety.finish(messageId, threat);
  await safety.finish(messageId, threat);
  const last = randomUUID();
  await safety.finish(last, 'Fine.');
  await vi.waitFor(async () => {
    expect(await safety.moderation(ada, [messageId, last])).toMatchObject([
      { stage: 'OUTPUT', action: 'BLOCK' },
      { stage: 'OUTPUT', action: 'ALLOW' },
    ]);
  });
  const cases = await safety.database
    .forTenant(acme)
    .execute('select id from safety.cases where message_id = ?', [messageId]);
  expect(cases).toHaveLength(1);
});

test('shows a verdict to its tenant only', async () => {
  const messageId = randomUUID();
  await safety.screen(insult, messageId);
  expect(await safety.moderation(identityOf(globex), [messageId])).toEqual([null]);
});

test('loads the verdicts of 50 messages with as many statements as that of one', async () => {
  const messageIds = Array.from({ length: 50 }, () => randomUUID());
  await Promise.all(messageIds.map((messageId) => safety.screen('Hello', messageId)));
  const count = async (ids: string[]): Promise<number> => {
    const before = safety.database.statements;
    expect((await safety.moderation(ada, ids)).every((verdict) => verdict?.action === 'ALLOW')).toBe(true);
    return safety.database.statements - before;
  };
  expect(await count(messageIds)).toBe(await count(messageIds.slice(0, 1)));
});
