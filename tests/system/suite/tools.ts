/**
 * Tools: an administrator registers one, a model calls it while it replies, and everybody sees of it what is theirs.
 */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { sendMutation, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';
import { startToolServer } from '#tests/tool-server/tool-server.ts';
import { signatureHeaders } from '../../../inference-workers/tools/sign-call.ts';

const upsertMutation = `mutation Upsert($input: ToolInput!) { upsertTool(input: $input) { secret } }`;
const upsertShape = z.object({ upsertTool: z.object({ secret: z.string() }) });
const toolsShape = z.object({ tools: z.array(z.object({ name: z.string() })) });
const storedShape = z.object({
  message: z.object({
    content: z.string(),
    toolCalls: z.array(z.record(z.string(), z.string())),
    usage: z.object({ outputTokens: z.number(), costUsd: z.string(), attempts: z.array(z.unknown()) }).nullable(),
    conversation: z.object({ cost: z.string() }),
  }),
});
const storedQuery = `query Stored($id: ID!) { message(id: $id) {
  content toolCalls { id name arguments status result }
  usage { outputTokens costUsd attempts { attempt } } conversation { cost }
} }`;

/** A tool of acme by a name of its own, deleted in the end: other tests are of this tenant too. */
const openTool = async (parlance: Parlance) => {
  await using opened = new AsyncDisposableStack();
  const admin = await parlance.as('ada', { roles: ['USER', 'ADMIN'] });
  const server = opened.use(
    await startToolServer((response, { body }) => response.end(`order-${body.arguments['order']}`)),
  );
  const name = `look_up_${uuidv7()}`;
  const input = { name, description: 'Looks an order up.', url: server.url };
  const { upsertTool } = await admin.query(upsertShape, upsertMutation, { input });
  opened.defer(async () => {
    await admin.ask('mutation Delete($name: String!) { deleteTool(name: $name) }', { name });
  });
  const closing = opened.move();
  return {
    ...{ admin, server, name, secret: upsertTool.secret },
    /** What the scripted model is to do: call it, then reply. */
    prompt: `script: tokens=3 lead=2 calls=${JSON.stringify([{ name, arguments: '{"order":7}' }])}`,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

export const toolSuite = (parlance: () => Parlance): void => {
  test('a tool of the tenant is called while a model replies; its calls are streamed, stored and billed with the reply', async () => {
    await using tool = await openTool(parlance());
    const { admin, name, prompt } = tool;
    const { turn, events } = await admin.converse(await admin.createConversation({ title: 'Orders' }), prompt);
    const [started, completed] = events.flatMap(({ toolCall }) => toolCall ?? []);
    const asked = { id: expect.any(String), name, arguments: '{"order":7}' };
    expect(started).toEqual({ ...asked, status: 'RUNNING', result: null });
    expect(completed).toEqual({ ...started, status: 'COMPLETED', result: 'order-7' });
    const text = `${textOf(2)}\n\norder-7 ${textOf(3)}`;
    expect(textOfEvents(events)).toBe(text);
    expect(events.at(-1)).toMatchObject({ __typename: 'MessageCompleted', seq: events.length });

    const [call] = tool.server.calls;
    const sent = { id: String(call?.headers['webhook-id']), at: Number(call?.headers['webhook-timestamp']) * 1000 };
    const signature = signatureHeaders({ secret: tool.secret, body: call?.text ?? '', ...sent });
    expect(call?.headers).toMatchObject(signature);
    // Equal calls of different messages are different objects in the caches of clients.
    expect(completed?.id).toBe(sent.id);
    expect(completed?.id).toContain(turn.assistantMessage.id);

    const id = turn.assistantMessage.id;
    const { message } = await until(
      () => admin.query(storedShape, storedQuery, { id }),
      ({ message }) => message.usage !== null && message.toolCalls.length > 0,
    );
    expect(message).toMatchObject({ content: text, toolCalls: [completed] });
    // Of both requests to the model, in one line of the ledger.
    expect(message.usage).toMatchObject({ outputTokens: 2 + 10 + 3, attempts: [{ attempt: 1 }] });
    expect(message.conversation.cost).toBe(message.usage?.costUsd);
    expect(await admin.stream(id).all()).toEqual(events);

    const stranger = await parlance().as('bob', { roles: ['USER', 'ADMIN'] });
    expect((await stranger.query(toolsShape, '{ tools { name } }')).tools.map((each) => each.name)).not.toContain(name);
    expect(await stranger.query(z.object({ message: z.null() }), storedQuery, { id })).toEqual({ message: null });
  });

  test('a message names the tools that it may use; a name that the tenant has not is refused', async () => {
    await using tool = await openTool(parlance());
    await using other = await openTool(parlance());
    const { admin, name, prompt } = tool;
    const conversationId = await admin.createConversation({ title: 'Orders' });
    const callsIn = async (tools: readonly string[]) => {
      const { events } = await admin.converse(conversationId, prompt, { tools });
      return events.flatMap(({ toolCall }) => (toolCall?.status === 'COMPLETED' ? [toolCall.name] : []));
    };
    expect(await callsIn([])).toEqual([]);
    expect(await callsIn([name])).toEqual([name]);
    const offered = parlance().provider.requests.at(-1)?.body.tools;
    expect(offered).toMatchObject([{ function: { name } }]);
    expect(other.server.calls).toEqual([]);

    const input = { conversationId, content: prompt, idempotencyKey: uuidv7(), tools: [name] };
    const unknown = await admin.refusal(sendMutation, { input: { ...input, tools: [name, 'nothing'] } });
    expect(unknown.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'tools' });
    const sent = await admin.send(conversationId, prompt, input);
    await admin.stream(sent.assistantMessage.id).all();
    expect((await admin.send(conversationId, prompt, input)).replayed).toBe(true);
    const reused = await admin.refusal(sendMutation, { input: { ...input, tools: [] } });
    expect(reused.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });
};
