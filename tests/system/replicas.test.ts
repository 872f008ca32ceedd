/** Services in any number: two gateways, two conversations, two usage and two workers are one Parlance. */
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { createClient, type TestClient, textOfEvents } from '#tests/support/client.ts';
import { type Compose, startCompose } from '#tests/support/compose-processes.ts';
import { findUser } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const billShape = z.object({
  message: z.object({
    siblings: z.array(z.object({ id: z.string() })),
    usage: z.object({ attempts: z.array(z.object({ attempt: z.number(), outputTokens: z.number() })) }).nullable(),
  }),
});
const billQuery = `query($id: ID!) {
  message(id: $id) { siblings { id } usage { attempts { attempt outputTokens } } }
}`;

const stack = new AsyncDisposableStack();
let parlance: Compose;
/** The same user at the first gateway and at the second. */
let here: TestClient;
let there: TestClient;

beforeAll(async () => {
  const [postgres, redis, rabbitmq] = await Promise.all([
    sharedService('postgres'),
    sharedService('redis'),
    sharedService('rabbitmq'),
  ]);
  const replicas = ['conversations', 'usage', 'worker', 'gateway'];
  // One user does here what the default rate leaves to several.
  const limits = { USER_BURST: '1000', USER_RATE: '1000' };
  const environment = { gateway: limits, 'gateway-2': limits };
  parlance = stack.use(await startCompose({ postgres, redis, rabbitmq }, { replicas, environment }));
  const token = await parlance.issuer.sign({ ...findUser('ada'), roles: ['USER'], scope: '', expires: '10m' });
  const [first = '', second = ''] = parlance.gatewayUrls;
  here = stack.use(createClient(() => first, token));
  there = stack.use(createClient(() => second, token));
});
afterAll(() => stack.disposeAsync());

test('what is sent at one gateway streams at another, from before its message exists', async () => {
  const conversationId = await here.createConversation();
  const replyId = uuidv7();
  const [events] = await Promise.all([
    there.stream(replyId).all(),
    here.send(conversationId, 'script: tokens=50 pace=1', { replyId }),
  ]);
  expect(textOfEvents(events)).toBe(textOf(50));
  expect(await here.stream(replyId).all()).toEqual(events);
});

test('one key sent a hundred times to both gateways at once is one turn, one call of the model and one charge', async () => {
  const conversationId = await here.createConversation();
  const idempotencyKey = uuidv7();
  const content = `script: tokens=3\n${idempotencyKey}`;
  const sends = Array.from({ length: 100 }, (_, index) =>
    (index % 2 === 0 ? here : there).send(conversationId, content, { idempotencyKey }),
  );
  const turns = await Promise.all(sends);
  expect(new Set(turns.map(({ assistantMessage }) => assistantMessage.id)).size).toBe(1);
  const id = turns[0]?.assistantMessage.id ?? '';
  await there.stream(id).all();
  const asked = parlance.provider.requests.filter(({ body }) => body.messages.at(-1)?.content === content);
  expect(asked).toHaveLength(1);
  const { message } = await until(
    () => here.query(billShape, billQuery, { id }),
    (reply) => reply.message.usage !== null,
  );
  // One reply below the question, with one line on its bill.
  expect(message.siblings).toEqual([{ id }]);
  expect(message.usage?.attempts).toEqual([{ attempt: 1, outputTokens: 3 }]);
});

test('a stop at one gateway ends what streams at another', async () => {
  const conversationId = await here.createConversation();
  const { assistantMessage } = await here.send(conversationId, 'script: tokens=10000 pace=5');
  let status: string | undefined;
  for await (const event of here.stream(assistantMessage.id)) {
    if (event.seq === 3)
      await there.ask('mutation($id: ID!) { stopGeneration(messageId: $id) { id } }', { id: assistantMessage.id });
    status = event.message?.status;
  }
  expect(status).toBe('CANCELLED');
});

test('forty conversations at once, over both of everything: each reply is whole, and its own', async () => {
  const converse = async (index: number): Promise<void> => {
    const client = index % 2 === 0 ? here : there;
    const conversationId = await client.createConversation();
    const { events } = await client.converse(conversationId, `script: tokens=${20 + index} pace=2`);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    expect(textOfEvents(events)).toBe(textOf(20 + index));
  };
  await Promise.all(Array.from({ length: 40 }, (_, index) => converse(index)));
});

test('an API key that is revoked at one gateway loses its streams at another', async () => {
  const key = await here.createApiKey();
  const [, second = ''] = parlance.gatewayUrls;
  await using program = createClient(() => second, key.secret);
  const { assistantMessage } = await here.send(await here.createConversation(), 'script: tokens=10000 pace=5');
  const stream = program.stream(assistantMessage.id);
  await stream.next();
  const ended = expect(stream.all()).rejects.toEqual([
    expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } }),
  ]);
  await key.revoke();
  await ended;
  await here.ask('mutation($id: ID!) { stopGeneration(messageId: $id) { id } }', { id: assistantMessage.id });
});
