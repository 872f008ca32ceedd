/**
 * What a send reserves, from the client's side: all that its reply needs, for as long as it is written, and never more
 * of a budget than there is. On a standalone whose model has a price.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createDirectory } from '#tests/services/directory.ts';
import { sendMutation, type TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { until } from '#tests/support/until.ts';

const modelsFile = `
providers:
  - { name: openai, displayName: Scripted, kind: openai-compatible, baseUrlVariable: OPENAI_BASE_URL }
models:
  - { id: openai/gpt-4o-mini, displayName: M, provider: openai, pool: EXTERNAL, contextWindow: 128000,
      maxOutputTokens: 4096, capabilities: [TOOLS], price: { input: "100", cachedInput: "50", output: "400" } }
`;

const stack = new AsyncDisposableStack();
let parlance: Parlance;
beforeAll(async () => {
  const directory = stack.use(await createDirectory());
  const MODELS_FILE = join(directory.path, 'models.yaml');
  await writeFile(MODELS_FILE, modelsFile);
  parlance = stack.use(
    await startStandalone({
      environment: { MODELS_FILE, MAX_STORED_BYTES: '1000000', USER_BURST: '1000', USER_RATE: '1000' },
    }),
  );
});
afterAll(() => stack.disposeAsync());

const quotaShape = z.object({ quota: z.object({ day: z.object({ usedTokens: z.number() }) }) });
const usedTokens = async (client: TestClient): Promise<number> =>
  (await client.query(quotaShape, '{ quota { day { usedTokens } } }')).quota.day.usedTokens;

/** A reply that is written until the test stops it, and what it holds meanwhile. */
const holding = async (client: TestClient, conversation: object | string, input: object = {}) => {
  const before = await usedTokens(client);
  const conversationId =
    typeof conversation === 'string' ? conversation : await client.createConversation(conversation);
  const { assistantMessage } = await client.send(conversationId, 'script: tokens=10000 pace=5', input);
  return {
    id: assistantMessage.id,
    tokens: (await usedTokens(client)) - before,
    async [Symbol.asyncDispose]() {
      await client.query(z.unknown(), 'mutation ($id: ID!) { stopGeneration(messageId: $id) { id } }', {
        id: assistantMessage.id,
      });
      await client.stream(assistantMessage.id).all();
    },
  };
};

test('a second send with the same replyId is refused, and the first one keeps what it reserved', async () => {
  const ada = await parlance.as('ada');
  await using first = await holding(ada, {}, { replyId: uuidv7(), maxOutputTokens: 900 });
  expect(first.tokens).toBeGreaterThan(900);
  const held = await usedTokens(ada);
  const conversationId = await ada.createConversation();
  const input = { conversationId, content: 'hello', idempotencyKey: uuidv7(), replyId: first.id };
  const refused = await ada.refusal(sendMutation, { input });
  expect(refused.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'replyId' });
  expect(await usedTokens(ada)).toBe(held);
});

test('what is reserved is the whole prompt and the longest reply', async () => {
  const grace = await parlance.as('grace');
  await using plain = await holding(grace, {}, { maxOutputTokens: 1 });
  expect(plain.tokens).toBeLessThan(100);
  await using instructed = await holding(grace, { systemPrompt: 'word '.repeat(16_000) }, { maxOutputTokens: 1 });
  expect(instructed.tokens).toBeGreaterThan(20_000);
  await using unbounded = await holding(grace, {});
  expect(unbounded.tokens).toBeGreaterThan(4_096);
  // The replies of a conversation are in its prompts as its questions are.
  const conversationId = await grace.createConversation();
  await grace.converse(conversationId, 'script: tokens=3000');
  await using later = await holding(grace, conversationId, { maxOutputTokens: 1 });
  expect(later.tokens).toBeGreaterThan(2_000);
});

test('what is reserved includes the tools that the model may call', async () => {
  const bob = await parlance.as('bob', { roles: ['ADMIN'] });
  const described = { type: 'object', properties: { order: { type: 'string', description: 'word '.repeat(1_500) } } };
  const tool = {
    name: 'look_up',
    description: 'Looks up.',
    url: 'https://a.example/',
    timeoutMs: 1_000,
    enabled: true,
  };
  const register = 'mutation ($input: ToolInput!) { upsertTool(input: $input) { tool { name } } }';
  await bob.query(z.unknown(), register, { input: { ...tool, parameters: JSON.stringify(described) } });
  await using offered = await holding(bob, {}, { maxOutputTokens: 1, tools: ['look_up'] });
  expect(offered.tokens).toBeGreaterThan(1_800);
  await using none = await holding(bob, {}, { maxOutputTokens: 1, tools: [] });
  expect(none.tokens).toBeLessThan(100);
});

const sentShape = z.object({
  sendMessage: z.object({ assistantMessage: z.object({ id: z.string() }), replayed: z.boolean() }),
});
const budgetShape = z.object({
  tenant: z.object({ budget: z.object({ spentUsd: z.string(), reservedUsd: z.string() }) }),
});
/** What a client's tenant has spent, when nothing is under way. */
const settled = async (client: TestClient): Promise<number> => {
  const { tenant } = await until(
    () => client.query(budgetShape, '{ tenant { budget { spentUsd reservedUsd } } }'),
    (found) => Number(found.tenant.budget.reservedUsd) === 0,
  );
  return Number(tenant.budget.spentUsd);
};
const setBudget = (client: TestClient, usd: number) =>
  client.query(z.unknown(), 'mutation ($usd: Decimal!) { setBudget(monthlyUsd: $usd) { id } }', {
    usd: usd.toFixed(6),
  });

test('a budget is never exceeded, however many send at once', async () => {
  const bob = await parlance.as('bob', { roles: ['BILLING_ADMIN'] });
  const before = await settled(bob);
  await setBudget(bob, before + 10);
  const ids = await Promise.all(Array.from({ length: 60 }, () => bob.createConversation({ title: 'named' })));
  const results = await Promise.all(
    ids.map((conversationId) =>
      bob.ask(sendMutation, {
        input: {
          ...{ conversationId, content: 'script: tokens=4000', idempotencyKey: uuidv7() },
          ...{ maxOutputTokens: 4_000, tools: [] },
        },
      }),
    ),
  );
  const codes = results.flatMap(({ errors }) => errors.map(({ extensions: { code, quota } }) => `${code} ${quota}`));
  expect(new Set(codes)).toEqual(new Set(['QUOTA_EXCEEDED TENANT_BUDGET']));
  expect(codes.length).toBeLessThan(60);
  expect(await settled(bob)).toBeGreaterThan(before);
  expect(await settled(bob)).toBeLessThanOrEqual(before + 10);
});

test('copies of one send lead to one turn, where there is room for one of them', async () => {
  const bob = await parlance.as('bob', { roles: ['BILLING_ADMIN'] });
  // A reply may cost 1.70.
  await setBudget(bob, (await settled(bob)) + 2.5);
  const conversationId = await bob.createConversation({ title: 'named' });
  const input = {
    ...{ conversationId, content: 'script: tokens=10', idempotencyKey: uuidv7() },
    ...{ maxOutputTokens: 4_000, tools: [] },
  };
  const replies = await Promise.all(Array.from({ length: 8 }, () => bob.ask(sendMutation, { input })));
  expect(replies.flatMap(({ errors }) => errors)).toEqual([]);
  const sent = replies.map(({ data }) => sentShape.parse(data).sendMessage);
  expect(new Set(sent.map(({ assistantMessage }) => assistantMessage.id)).size).toBe(1);
  expect(sent.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await settled(bob)).toBeGreaterThan(0);
});

test('a tenant stores no more than it may, and reads what it has', async () => {
  const ada = await parlance.as('ada');
  const conversationId = await ada.createConversation({ title: 'long' });
  const send = async () => {
    const input = { conversationId, content: 'word '.repeat(20_000), idempotencyKey: uuidv7(), maxOutputTokens: 30 };
    const { errors, data } = await ada.ask(sendMutation, { input });
    const sent = z
      .object({ sendMessage: z.object({ assistantMessage: z.object({ id: z.string() }) }) })
      .safeParse(data);
    if (sent.success) await ada.stream(sent.data.sendMessage.assistantMessage.id).all();
    return errors[0]?.extensions;
  };
  let refused: Awaited<ReturnType<typeof send>>;
  for (let sends = 0; refused === undefined && sends < 12; sends += 1) refused = await send();
  expect(refused).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'TENANT_STORAGE' });
  const create = 'mutation ($input: CreateConversationInput!) { createConversation(input: $input) { id } }';
  const prompt = { input: { systemPrompt: 'word '.repeat(20_000) } };
  expect((await ada.refusal(create, prompt)).extensions['quota']).toBe('TENANT_STORAGE');
  const update =
    'mutation ($id: ID!, $input: UpdateConversationInput!) { updateConversation(id: $id, input: $input) { id } }';
  expect((await ada.refusal(update, { id: conversationId, ...prompt })).extensions['quota']).toBe('TENANT_STORAGE');
  await ada.query(z.unknown(), '{ conversations { edges { node { title } } } }');
  // The other tenant has room.
  const bob = await parlance.as('bob');
  await bob.createConversation();
});
