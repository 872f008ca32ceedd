/** Replies that are served again: who gets one, what it costs, and when it is served no more. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type TestClient, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';
import { uploadFile } from '#tests/support/upload-file.ts';

/** One that costs something, so that something is saved. */
const model = 'openai/gpt-4o-mini';
const upsertMutation = 'mutation Upsert($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) { name } }';
const clearMutation = 'mutation { clearReplyCaches }';
const messageQuery = `query Message($id: ID!) { message(id: $id) {
  status content reuse model { id } usage { inputTokens outputTokens costUsd savedUsd }
} }`;
const messageShape = z.object({
  message: z.object({
    status: z.string(),
    content: z.string(),
    reuse: z.string().nullable(),
    model: z.object({ id: z.string() }),
    usage: z
      .object({ inputTokens: z.number(), outputTokens: z.number(), costUsd: z.string(), savedUsd: z.string() })
      .nullable(),
  }),
});
const reportQuery = `query Report($range: UsageRangeInput!, $userId: ID) {
  usageReport(range: $range, groupBy: DAY, userId: $userId) {
    totals { costUsd savedUsd savings { lever lookups hits savedUsd } }
  }
}`;
const totalsShape = z.object({
  costUsd: z.string(),
  savedUsd: z.string(),
  savings: z.array(z.object({ lever: z.string(), lookups: z.number(), hits: z.number(), savedUsd: z.string() })),
});
const reportShape = z.object({ usageReport: z.object({ totals: totalsShape }) });
const day = 86_400_000;

/** A policy of acme by a name of its own, deleted in the end: other tests are of this tenant too. */
const openPolicy = async (parlance: Parlance, differences: object = {}) => {
  const admin = await parlance.as('ada', { roles: ['USER', 'ADMIN'] });
  const name = `p-${uuidv7()}`;
  const upsert = (changes: object = {}) =>
    admin.query(z.object({ upsertRoutingPolicy: z.object({ name: z.string() }) }), upsertMutation, {
      input: { name, modelIds: [model], requestCacheSeconds: 600, ...differences, ...changes },
    });
  await upsert();
  return {
    ...{ admin, name, upsert },
    async [Symbol.asyncDispose]() {
      await admin.ask('mutation Delete($name: String!) { deleteRoutingPolicy(name: $name) }', { name });
    },
  };
};

/** A question that nobody else asks, so that a reply to it was written in this test. */
const ownQuestion = (script = 'tokens=12'): string => `script: ${script}\nWhat is ${uuidv7()}?`;

const ask = async (client: TestClient, modelPolicy: string, content: string, input: object = {}) => {
  // With a title, so that no model is asked for one.
  const conversationId = await client.createConversation({ title: 'Reuse', modelPolicy });
  const { turn, events } = await client.converse(conversationId, content, { temperature: 0, ...input });
  const { id } = turn.assistantMessage;
  const { message } = await until(
    () => client.query(messageShape, messageQuery, { id }),
    (found) => found.message.usage !== null,
  );
  return { conversationId, id, events, message };
};

export const reuseSuite = (parlance: () => Parlance): void => {
  /** How many requests for this question reached a model. */
  const timesAsked = (question: string): number =>
    parlance().provider.requests.filter(({ body }) =>
      JSON.stringify(body.messages).includes(question.split('\n')[1] ?? ''),
    ).length;

  test('an equal question gets the reply that was kept as a normal stream that says so, and costs nothing', async () => {
    await using policy = await openPolicy(parlance());
    const { admin, name } = policy;
    const question = ownQuestion();
    const first = await ask(admin, name, question);
    expect(first.message.reuse).toBeNull();
    const second = await ask(admin, name, question);
    expect(timesAsked(question)).toBe(1);
    expect(Number(first.message.usage?.costUsd)).toBeGreaterThan(0);
    expect(second.message).toMatchObject({
      ...{ status: 'COMPLETED', content: first.message.content, reuse: 'REQUEST_CACHE', model: { id: model } },
      usage: { inputTokens: 0, outputTokens: 0, costUsd: '0', savedUsd: first.message.usage?.costUsd },
    });
    expect(textOfEvents(second.events)).toBe(first.message.content);
    expect(second.events.map(({ __typename }) => __typename).filter((one) => one !== 'TokenDelta')).toEqual([
      'MessageStarted',
      'MessageCompleted',
    ]);
    expect(second.events.map(({ seq }) => seq)).toEqual(second.events.map((_, index) => index + 1));
    // A reader that comes later gets the rest of the same stream.
    const rest = await admin.stream(second.id, 1).all();
    expect(rest.map(({ seq }) => seq)).toEqual(second.events.slice(1).map(({ seq }) => seq));
  });

  test('the usage report says how often the cache was asked, how often it had the reply, and what that saved', async () => {
    await using policy = await openPolicy(parlance());
    const { admin, name } = policy;
    const range = { from: new Date(Date.now() - day), to: new Date(Date.now() + day) };
    const totals = async () => (await admin.query(reportShape, reportQuery, { range })).usageReport.totals;
    const before = await totals();
    const question = ownQuestion();
    const first = await ask(admin, name, question);
    await ask(admin, name, question);
    const after = await totals();
    const [then, now] = [before, after].map(({ savings }) => savings.find(({ lever }) => lever === 'REQUEST_CACHE'));
    expect((now?.hits ?? 0) - (then?.hits ?? 0)).toBe(1);
    expect((now?.lookups ?? 0) - (then?.lookups ?? 0)).toBe(2);
    const saved = Number(now?.savedUsd) - Number(then?.savedUsd);
    expect(saved).toBeCloseTo(Number(first.message.usage?.costUsd), 12);
    expect(Number(after.savedUsd) - Number(before.savedUsd)).toBeCloseTo(saved, 12);
  });

  test('a reply that was kept is served to nobody else, unless the policy shares it within the tenant', async () => {
    const question = ownQuestion();
    await using own = await openPolicy(parlance());
    await using shared = await openPolicy(parlance(), { cacheShare: 'TENANT' });
    const [grace, bob] = await Promise.all([
      parlance().as('grace'),
      parlance().as('bob', { roles: ['USER', 'ADMIN'] }),
    ]);
    const input = { name: shared.name, modelIds: [model], requestCacheSeconds: 600, cacheShare: 'TENANT' };
    await bob.ask(upsertMutation, { input });
    const reuseFor = async (client: TestClient, name: string, differences: object = {}) =>
      (await ask(client, name, question, differences)).message.reuse;
    expect(await reuseFor(own.admin, own.name)).toBeNull();
    // Another user, another policy, another sharing, another tenant with a policy of the same name.
    expect(await reuseFor(grace, own.name)).toBeNull();
    expect(await reuseFor(own.admin, shared.name)).toBeNull();
    expect(await reuseFor(bob, shared.name)).toBeNull();
    expect(timesAsked(question)).toBe(4);
    expect(await reuseFor(grace, shared.name)).toBe('REQUEST_CACHE');
    // Other settings of the same request.
    expect(await reuseFor(own.admin, own.name, { temperature: 0.5 })).toBeNull();
    expect(await reuseFor(own.admin, own.name, { temperature: null })).toBeNull();
    expect(await reuseFor(own.admin, own.name, { maxOutputTokens: 100 })).toBeNull();
    expect(await reuseFor(own.admin, own.name, { reuse: 'NEVER' })).toBeNull();
    expect(await reuseFor(own.admin, own.name)).toBe('REQUEST_CACHE');
    await bob.ask('mutation Delete($name: String!) { deleteRoutingPolicy(name: $name) }', { name: shared.name });
  });

  test('another reply to the same question is always written anew', async () => {
    await using policy = await openPolicy(parlance());
    const { admin, name } = policy;
    const question = ownQuestion();
    const { id } = await ask(admin, name, question);
    const regenerate = `mutation Again($input: RegenerateMessageInput!) {
      regenerateMessage(input: $input) { assistantMessage { id } } }`;
    const input = { messageId: id, idempotencyKey: uuidv7(), temperature: 0 };
    const again = z.object({ regenerateMessage: z.object({ assistantMessage: z.object({ id: z.string() }) }) });
    const { regenerateMessage } = await admin.query(again, regenerate, { input });
    await admin.stream(regenerateMessage.assistantMessage.id).all();
    expect(timesAsked(question)).toBe(2);
  });

  test('a reply to a question that carries a file is neither kept nor served', async () => {
    await using policy = await openPolicy(parlance());
    const { admin, name } = policy;
    const content = Buffer.from('The code is E-4711.');
    const { id } = await uploadFile(parlance(), admin, { name: 'code.txt', content });
    const question = ownQuestion();
    for (const _ of [1, 2]) {
      expect((await ask(admin, name, question, { attachmentIds: [id] })).message.reuse).toBeNull();
    }
    expect(timesAsked(question)).toBe(2);
  });

  test('two equal questions at once ask a model once', async () => {
    await using policy = await openPolicy(parlance());
    const { admin, name } = policy;
    const question = ownQuestion('tokens=20 pace=20');
    const both = await Promise.all([ask(admin, name, question), ask(admin, name, question)]);
    expect(timesAsked(question)).toBe(1);
    expect(both.map(({ message }) => message.reuse).sort()).toEqual(['REQUEST_CACHE', null]);
    expect(new Set(both.map(({ message }) => message.content)).size).toBe(1);
  });

  test('a change of the policy, and clearing the caches, end what was kept', async () => {
    await using policy = await openPolicy(parlance());
    const { admin, name, upsert } = policy;
    const question = ownQuestion();
    const reuse = async () => (await ask(admin, name, question)).message.reuse;
    expect(await reuse()).toBeNull();
    expect(await reuse()).toBe('REQUEST_CACHE');
    await upsert({ description: 'Changed.' });
    expect(await reuse()).toBeNull();
    expect(await reuse()).toBe('REQUEST_CACHE');
    expect((await admin.ask(clearMutation)).errors).toEqual([]);
    expect(await reuse()).toBeNull();
    const grace = await parlance().as('grace');
    expect((await grace.refusal(clearMutation)).extensions.code).toBe('FORBIDDEN');
    // Another tenant clears its own only.
    const bob = await parlance().as('bob', { roles: ['USER', 'ADMIN'] });
    expect((await bob.ask(clearMutation)).errors).toEqual([]);
    expect(await reuse()).toBe('REQUEST_CACHE');
  });

  test('a reply of a deleted conversation is not served any more', async () => {
    await using policy = await openPolicy(parlance());
    const { admin, name } = policy;
    const question = ownQuestion();
    const { conversationId } = await ask(admin, name, question);
    const deletion = await admin.ask('mutation Delete($id: ID!) { deleteConversation(id: $id) { id } }', {
      id: conversationId,
    });
    expect(deletion.errors).toEqual([]);
    expect((await ask(admin, name, question)).message.reuse).toBeNull();
    expect(timesAsked(question)).toBe(2);
  });

  test('a curated reply is served to first questions that ask the same, of its tenant only', async () => {
    await using policy = await openPolicy(parlance(), { requestCacheSeconds: null, usesCuratedReplies: true });
    const { admin, name } = policy;
    const subject = uuidv7();
    const upsert = 'mutation Upsert($input: CuratedReplyInput!) { upsertCuratedReply(input: $input) { id } }';
    const input = { questions: [`What is the price of the model ${subject}?`], reply: 'It costs **5 euros**.' };
    const shape = z.object({ upsertCuratedReply: z.object({ id: z.string() }) });
    const { upsertCuratedReply: curated } = await admin.query(shape, upsert, { input });
    const question = `Could you please tell me the price of the model ${subject}?`;
    const first = await ask(admin, name, question, { temperature: null });
    expect(first.message).toMatchObject({ content: input.reply, reuse: 'SEMANTIC_CACHE', usage: { costUsd: '0' } });
    expect(Number(first.message.usage?.savedUsd)).toBeGreaterThan(0);
    expect((await ask(admin, name, question, { reuse: 'NEVER' })).message.reuse).toBeNull();
    expect((await ask(admin, name, question.replace('price', 'weight'))).message.reuse).toBeNull();
    // Who follows a conversation, or has instructions of their own, gets a model's reply.
    const later = await admin.converse(first.conversationId, question);
    expect(textOfEvents(later.events)).not.toBe(input.reply);
    const instructed = await admin.createConversation({ title: 'R', modelPolicy: name, systemPrompt: 'Be brief.' });
    expect(textOfEvents((await admin.converse(instructed, question)).events)).not.toBe(input.reply);

    const bob = await parlance().as('bob', { roles: ['USER', 'ADMIN'] });
    await bob.ask(upsertMutation, { input: { name, modelIds: [model], usesCuratedReplies: true } });
    expect((await ask(bob, name, question)).message.reuse).toBeNull();
    expect((await bob.ask('{ curatedReplies { id } }')).data).toEqual({ curatedReplies: [] });
    const deletion = 'mutation Delete($id: ID!) { deleteCuratedReply(id: $id) }';
    expect((await bob.refusal(deletion, { id: curated.id })).extensions.code).toBe('NOT_FOUND');
    expect((await bob.refusal(upsert, { input: { ...input, id: curated.id } })).extensions.code).toBe('NOT_FOUND');
    await bob.ask('mutation Delete($name: String!) { deleteRoutingPolicy(name: $name) }', { name });
    const grace = await parlance().as('grace');
    expect((await grace.refusal('{ curatedReplies { id } }')).extensions.code).toBe('FORBIDDEN');
    expect((await admin.refusal(upsert, { input })).extensions).toMatchObject({
      ...{ code: 'BAD_USER_INPUT', argument: 'input.questions' },
    });
    expect((await admin.refusal(upsert, { input: { ...input, questions: ['?'] } })).extensions).toMatchObject({
      ...{ code: 'BAD_USER_INPUT', argument: 'input.questions' },
    });
    expect((await admin.ask(deletion, { id: curated.id })).errors).toEqual([]);
    expect((await ask(admin, name, question)).message.reuse).toBeNull();
  });

  test('a first question that asks the same as an earlier one gets its reply', async () => {
    await using policy = await openPolicy(parlance(), { requestCacheSeconds: null, similarCacheSeconds: 600 });
    const { admin, name } = policy;
    const subject = uuidv7();
    const first = await ask(admin, name, `What is the weight of the model ${subject}?`);
    const second = await ask(admin, name, `Hi, could you tell me the weight of the model ${subject}, please?`);
    expect(second.message).toMatchObject({ reuse: 'SEMANTIC_CACHE', content: first.message.content });
    expect((await ask(admin, name, `What is the height of the model ${subject}?`)).message.reuse).toBeNull();
    const grace = await parlance().as('grace');
    expect((await ask(grace, name, `What is the weight of the model ${subject}?`)).message.reuse).toBeNull();
  });

  test('seconds that no cache may have are refused', async () => {
    const admin = await parlance().as('ada', { roles: ['USER', 'ADMIN'] });
    for (const requestCacheSeconds of [0, 3601]) {
      const input = { name: `p-${uuidv7()}`, requestCacheSeconds };
      const { extensions } = await admin.refusal(upsertMutation, { input });
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.requestCacheSeconds' });
    }
  });
};
