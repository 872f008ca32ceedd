/** What a conversation may cost, as its owner sets it. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { sendMutation, type TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const conversationShape = z.object({
  conversation: z.object({ budgetUsd: z.string().nullable(), cost: z.string(), head: z.object({}).nullable() }),
});
const conversationOf = async (client: TestClient, id: string) =>
  (
    await client.query(conversationShape, 'query ($id: ID!) { conversation(id: $id) { budgetUsd cost head { id } } }', {
      id,
    })
  ).conversation;
const updateMutation = `mutation ($id: ID!, $input: UpdateConversationInput!) {
  updateConversation(id: $id, input: $input) { budgetUsd }
}`;

export const budgetSuite = (parlance: () => Parlance): void => {
  test('a message that could exceed the budget of its conversation is refused before anything is stored', async () => {
    const grace = await parlance().as('grace');
    const id = await grace.createConversation({ title: 'Thrifty', budgetUsd: '0.01' });
    const input = () => ({ conversationId: id, content: 'script: tokens=3', idempotencyKey: uuidv7() });
    const refused = await grace.refusal(sendMutation, { input: input() });
    expect(refused.extensions).toMatchObject({ code: 'QUOTA_EXCEEDED', quota: 'CONVERSATION_BUDGET' });
    expect(refused.extensions['retryAfterMs']).toBeUndefined();
    expect(refused.message).toContain("this conversation's budget does not suffice");
    expect(await conversationOf(grace, id)).toEqual({ budgetUsd: '0.01', cost: '0', head: null });

    await grace.query(z.unknown(), updateMutation, { id, input: { budgetUsd: '0.04' } });
    let cost = 0;
    for (let sent = 0; ; sent += 1) {
      const { errors } = await grace.ask(sendMutation, { input: input() });
      if (errors.length > 0) {
        expect(errors[0]?.extensions).toMatchObject({ quota: 'CONVERSATION_BUDGET' });
        expect(sent).toBeGreaterThan(0);
        break;
      }
      const before = cost;
      // Busy until its reply has ended; billed a moment later.
      const billed = await until(
        () => conversationOf(grace, id),
        (found) => Number(found.cost) > before,
      );
      cost = Number(billed.cost);
    }
    expect(cost).toBeLessThanOrEqual(0.04);
    await grace.query(z.unknown(), updateMutation, { id, input: { budgetUsd: null } });
    await grace.converse(id, 'script: tokens=3');
  });

  test('many sends at once do not exceed the budget of their conversation', async () => {
    const grace = await parlance().as('grace');
    const id = await grace.createConversation({ title: 'Thrifty', budgetUsd: '0.08' });
    const input = () => ({
      ...{ conversationId: id, content: 'script: tokens=200 pace=10', idempotencyKey: uuidv7(), onBusy: 'ENQUEUE' },
    });
    const sends = await Promise.all(Array.from({ length: 12 }, () => grace.ask(sendMutation, { input: input() })));
    const refused = sends.flatMap(({ errors }) => errors);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(12);
    for (const { extensions } of refused) expect(extensions).toMatchObject({ quota: 'CONVERSATION_BUDGET' });
    await grace.query(z.unknown(), 'mutation ($id: ID!) { deleteConversation(id: $id) { id } }', { id });
  });

  test('a policy says how long replies get: by default, and at most, which a message may not exceed', async () => {
    const ada = await parlance().as('ada', { roles: ['USER', 'ADMIN'] });
    const name = `p-${uuidv7()}`;
    const upsert = `mutation ($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) {
      defaultOutputTokens maxOutputTokens
    } }`;
    const policy = { name, defaultOutputTokens: 40, maxOutputTokens: 90 };
    const stored = await ada.query(z.object({ upsertRoutingPolicy: z.unknown() }), upsert, { input: policy });
    expect(stored.upsertRoutingPolicy).toEqual({ defaultOutputTokens: 40, maxOutputTokens: 90 });
    const id = await ada.createConversation({ title: 'Short', modelPolicy: name });
    const askedFor = async (input: object): Promise<number | undefined> => {
      const content = `script: tokens=3\n${uuidv7()}`;
      await ada.converse(id, content, input);
      return parlance().provider.requests.find(({ body }) => body.messages.at(-1)?.content === content)?.body
        .max_tokens;
    };
    expect(await askedFor({})).toBe(40);
    expect(await askedFor({ maxOutputTokens: 90 })).toBe(90);
    const input = { conversationId: id, content: 'Hello', idempotencyKey: uuidv7(), maxOutputTokens: 91 };
    const refused = await ada.refusal(sendMutation, { input });
    expect(refused.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'maxOutputTokens', most: 90 });
    for (const wrong of [{ defaultOutputTokens: 0 }, { maxOutputTokens: 30 }]) {
      const { extensions } = await ada.refusal(upsert, { input: { ...policy, ...wrong } });
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.defaultOutputTokens' });
    }
    await ada.ask('mutation ($name: String!) { deleteRoutingPolicy(name: $name) }', { name });
  });

  test.each(['-1', '1e3', '0.0000000000001', 'much'])('%s is no budget', async (budgetUsd) => {
    const grace = await parlance().as('grace');
    const create = 'mutation ($input: CreateConversationInput!) { createConversation(input: $input) { id } }';
    expect((await grace.refusal(create, { input: { budgetUsd } })).extensions.code).toBe('BAD_USER_INPUT');
  });
};
