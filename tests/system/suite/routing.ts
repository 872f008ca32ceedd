/** Routing by what is asked: a policy's rules decide which model replies, and each reply says why. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { sendMutation, type TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';

const small = 'openai/gpt-4o-mini';
const large = 'openai/scripted';
const easy = 'What is the capital of France?';
const hard = 'Prove that the square root of 2 is irrational.';

const upsertMutation = 'mutation Upsert($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) { name } }';
const routingShape = z.object({
  message: z.object({
    routing: z.object({
      policy: z.string().nullable(),
      complexity: z.string(),
      basis: z.string(),
      overflowed: z.boolean(),
      language: z.string().nullable(),
      model: z.object({ id: z.string() }),
      reason: z.string(),
    }),
    model: z.object({ id: z.string() }),
  }),
});
const routingQuery = `query Routing($id: ID!) { message(id: $id) {
  routing { policy complexity basis overflowed language model { id } reason } model { id }
} }`;
const explainQuery = `query Explain($input: ExplainRouteInput!) { explainRoute(input: $input) {
  policy { name } complexity complexityReason language signals { rule points }
  rules { position verdict reason rule { complexity languages models { id } } }
  candidates { verdict reason model { id } }
} }`;
const explainShape = z.object({
  explainRoute: z.object({
    policy: z.object({ name: z.string() }).nullable(),
    complexity: z.string().nullable(),
    complexityReason: z.string().nullable(),
    language: z.string().nullable(),
    signals: z.array(z.object({ rule: z.string(), points: z.number() })),
    rules: z.array(
      z.object({
        position: z.number(),
        verdict: z.string(),
        reason: z.string(),
        rule: z.object({
          complexity: z.array(z.string()),
          languages: z.array(z.string()),
          models: z.array(z.object({ id: z.string() })),
        }),
      }),
    ),
    candidates: z.array(z.object({ verdict: z.string(), reason: z.string(), model: z.object({ id: z.string() }) })),
  }),
});

const simpleAndHard = [
  { complexity: ['SIMPLE'], modelIds: [small] },
  { complexity: ['MODERATE', 'COMPLEX'], modelIds: [large] },
];

/** A policy of acme by a name of its own, deleted in the end: other tests are of this tenant too. */
const openPolicy = async (parlance: Parlance, rules: readonly object[], differences: object = {}) => {
  const admin = await parlance.as('ada', { roles: ['USER', 'ADMIN'] });
  const name = `p-${uuidv7()}`;
  const input = { name, strategy: 'AUTO', modelIds: [small, large], rules, ...differences };
  await admin.query(z.object({ upsertRoutingPolicy: z.object({ name: z.string() }) }), upsertMutation, { input });
  return {
    ...{ admin, name },
    async [Symbol.asyncDispose]() {
      await admin.ask('mutation Delete($name: String!) { deleteRoutingPolicy(name: $name) }', { name });
    },
  };
};

const routingOf = async (client: TestClient, conversationId: string, content: string, input: object = {}) => {
  const { turn } = await client.converse(conversationId, content, input);
  return (await client.query(routingShape, routingQuery, { id: turn.assistantMessage.id })).message;
};

export const routingSuite = (parlance: () => Parlance): void => {
  test('a simple question goes to the small model and a hard one to the large one, and each reply says why', async () => {
    await using policy = await openPolicy(parlance(), simpleAndHard);
    const { admin, name } = policy;
    const ask = async (content: string) =>
      routingOf(admin, await admin.createConversation({ title: 'Routes', modelPolicy: name }), content);

    const simple = await ask(easy);
    expect(simple.model.id).toBe(small);
    expect(simple.routing).toMatchObject({
      ...{ policy: name, complexity: 'SIMPLE', basis: 'QUESTION', overflowed: false, language: 'en' },
      model: { id: small },
    });
    expect(simple.routing.reason).toContain('rule 1 asks for it');
    expect(parlance().provider.requests.at(-1)?.body.model).toBe('gpt-4o-mini');

    const complex = await ask(hard);
    expect(complex.model.id).toBe(large);
    expect(complex.routing).toMatchObject({ policy: name, complexity: 'COMPLEX', model: { id: large } });
    expect(parlance().provider.requests.at(-1)?.body.model).toBe('scripted');
  });

  test('a conversation keeps the class of its hardest question, and each branch has its own', async () => {
    await using policy = await openPolicy(parlance(), simpleAndHard);
    const { admin, name } = policy;
    const id = await admin.createConversation({ title: 'Routes', modelPolicy: name });
    const { turn } = await admin.converse(id, easy);
    expect((await routingOf(admin, id, hard)).model.id).toBe(large);
    const thanks = await routingOf(admin, id, 'Thanks!');
    expect(thanks.routing).toMatchObject({ complexity: 'COMPLEX', basis: 'TOO_SHORT', model: { id: large } });
    expect(thanks.routing.reason).toContain('too short to judge');
    // Another branch, above the hard question.
    const beside = await routingOf(admin, id, 'And of Spain?', { parentId: turn.assistantMessage.id });
    expect(beside.routing).toMatchObject({ complexity: 'SIMPLE', model: { id: small } });
  });

  test('another reply to a question is routed as the question was, below the same messages', async () => {
    await using policy = await openPolicy(parlance(), simpleAndHard);
    const { admin, name } = policy;
    const id = await admin.createConversation({ title: 'Routes', modelPolicy: name });
    const { turn } = await admin.converse(id, hard);
    const regenerate = `mutation Again($input: RegenerateMessageInput!) {
      regenerateMessage(input: $input) { assistantMessage { id routing { complexity model { id } } } } }`;
    const input = { messageId: turn.assistantMessage.id, idempotencyKey: uuidv7() };
    const { data } = await admin.ask(regenerate, { input });
    expect(data?.['regenerateMessage']).toMatchObject({
      assistantMessage: { routing: { complexity: 'COMPLEX', model: { id: large } } },
    });
  });

  test('explainRoute judges a text as a message would be, and says why each rule and model is or is not followed', async () => {
    await using policy = await openPolicy(parlance(), [{ languages: ['de'], modelIds: [large] }, ...simpleAndHard]);
    const { admin, name: modelPolicy } = policy;
    const explain = async (input: object) =>
      (await admin.query(explainShape, explainQuery, { input: { modelPolicy, ...input } })).explainRoute;

    const simple = await explain({ content: easy });
    expect(simple).toMatchObject({ policy: { name: modelPolicy }, complexity: 'SIMPLE', language: 'en' });
    expect(simple.rules.map(({ verdict }) => verdict)).toEqual(['NOT_MATCHED', 'FOLLOWED', 'NOT_MATCHED']);
    expect(simple.rules.map(({ reason }) => reason)).toEqual([
      'Its language is en, not de.',
      'Its complexity is SIMPLE.',
      'Its complexity is SIMPLE, not MODERATE or COMPLEX.',
    ]);
    expect(simple.candidates.slice(0, 2).map(({ model, verdict }) => [model.id, verdict])).toEqual([
      [small, 'CHOSEN'],
      [large, 'FALLBACK'],
    ]);

    const german = await explain({ content: 'Was ist die Hauptstadt von Frankreich und wie heißt der Fluss?' });
    expect(german.language).toBe('de');
    expect(german.rules.map(({ verdict }) => verdict)).toEqual(['FOLLOWED', 'EARLIER_FOLLOWED', 'NOT_MATCHED']);
    expect(german.candidates[0]?.model.id).toBe(large);

    const proof = await explain({ content: hard });
    expect(proof.signals.map(({ rule }) => rule)).toContain('PROOF');
    const thanks = await explain({ content: 'Thanks!', conversationComplexity: 'COMPLEX' });
    expect(thanks).toMatchObject({ complexity: 'COMPLEX', signals: expect.any(Array) });
    expect(await explain({})).toMatchObject({ complexity: null, complexityReason: null, language: null, signals: [] });
  });

  test('a question that screening flags goes where a rule for its category sends it, also when it is asked again', async () => {
    const rules = [{ moderation: ['PROFANITY'], modelIds: [large], strict: true }, { modelIds: [small] }];
    await using policy = await openPolicy(parlance(), rules);
    const { admin, name } = policy;
    const id = await admin.createConversation({ title: 'Routes', modelPolicy: name });
    expect((await routingOf(admin, id, 'What is the weather like today?')).model.id).toBe(small);
    const { turn } = await admin.converse(id, 'What the fuck is the weather like today?');
    const flagged = await admin.query(routingShape, routingQuery, { id: turn.assistantMessage.id });
    expect(flagged.message.model.id).toBe(large);
    const regenerate = `mutation Again($input: RegenerateMessageInput!) {
      regenerateMessage(input: $input) { assistantMessage { routing { model { id } } } } }`;
    const input = { messageId: turn.assistantMessage.id, idempotencyKey: uuidv7() };
    expect((await admin.ask(regenerate, { input })).data?.['regenerateMessage']).toMatchObject({
      assistantMessage: { routing: { model: { id: large } } },
    });
  });

  test("another tenant's policy is nothing to a stranger, and stays out of every result", async () => {
    await using policy = await openPolicy(parlance(), simpleAndHard);
    const { name } = policy;
    const bob = await parlance().as('bob', { roles: ['USER', 'ADMIN'] });
    const conversationId = await bob.createConversation({ title: 'Routes' });
    const send = { conversationId, content: hard, idempotencyKey: uuidv7(), modelPolicy: name };
    const refusals = [
      await bob.refusal(explainQuery, { input: { modelPolicy: name, content: hard } }),
      await bob.refusal(sendMutation, { input: send }),
    ];
    for (const { extensions } of refusals) {
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'modelPolicy' });
    }
    const deletion = 'mutation Delete($name: String!) { deleteRoutingPolicy(name: $name) }';
    expect((await bob.refusal(deletion, { name })).extensions.code).toBe('NOT_FOUND');
    const listed = await bob.ask('{ routingPolicies { name rules { complexity modelIds } } }');
    expect(listed.errors).toEqual([]);
    expect(JSON.stringify(listed.data)).not.toContain(name);
    const own = await policy.admin.ask('{ routingPolicies { name rules { complexity modelIds } } }');
    expect(JSON.stringify(own.data)).toContain(name);
  });

  test('a text that is longer than a message may be is not judged', async () => {
    const ada = await parlance().as('ada');
    const longest = 'Prove it. '.repeat(10_000);
    expect(longest).toHaveLength(100_000);
    const judged = await ada.query(explainShape, explainQuery, { input: { content: longest } });
    expect(judged.explainRoute.complexity).toBe('COMPLEX');
    const { extensions } = await ada.refusal(explainQuery, { input: { content: `${longest}!` } });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.content' });
  });

  test('rules that cannot be followed are refused with what to do, however many there are', async () => {
    const admin = await parlance().as('ada', { roles: ['USER', 'ADMIN'] });
    const refusal = async (rules: readonly object[]) => {
      const input = { name: `p-${uuidv7()}`, strategy: 'AUTO', rules };
      return admin.refusal(upsertMutation, { input });
    };
    const unknown = await refusal([{ languages: ['tlh'], modelIds: [small] }]);
    expect(unknown.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.rules.0.languages' });
    expect(unknown.message).toContain('en');
    const many = await refusal(Array.from({ length: 5_000 }, () => ({ modelIds: [small] })));
    expect(many.extensions.code).toBe('BAD_USER_INPUT');
    const languages = await refusal([{ languages: Array.from({ length: 10_000 }, () => 'en'), modelIds: ['x/y'] }]);
    expect(languages.extensions.code).toBe('BAD_USER_INPUT');
  });
};
