/** Turns: from a question to its stored, billed and moderated reply; again, otherwise, and stopped. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { sendMutation, type TestClient, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const messageShape = z.object({
  id: z.string(),
  content: z.string(),
  status: z.string(),
  lastSeq: z.number(),
  usage: z
    .object({ inputTokens: z.number(), cachedInputTokens: z.number(), outputTokens: z.number(), costUsd: z.string() })
    .nullable(),
  moderation: z.object({ action: z.string() }).nullable(),
  model: z.object({ id: z.string(), displayName: z.string() }).nullable(),
  siblings: z.array(z.object({ id: z.string() })),
});
const messageQuery = `query Message($id: ID!) { message(id: $id) {
  id content status lastSeq model { id displayName } siblings { id }
  usage { inputTokens cachedInputTokens outputTokens costUsd } moderation { action }
} }`;

const branchShape = z.object({
  conversation: z.object({
    title: z.string().nullable(),
    cost: z.string(),
    head: z.object({ id: z.string() }).nullable(),
    messages: z.object({
      edges: z.array(z.object({ node: z.object({ id: z.string(), role: z.string(), content: z.string() }) })),
    }),
  }),
});
const branchQuery = `query Branch($id: ID!) { conversation(id: $id) {
  title cost head { id } messages { edges { node { id role content } } }
} }`;

const regenerateMutation = `mutation Regenerate($input: RegenerateMessageInput!) {
  regenerateMessage(input: $input) { userMessage { id } assistantMessage { id status } replayed }
}`;
const editMutation = `mutation Edit($input: EditMessageInput!) {
  editMessage(input: $input) { userMessage { id } assistantMessage { id status } replayed }
}`;
const stopMutation = 'mutation Stop($id: ID!) { stopGeneration(messageId: $id) { id status } }';
const turnShape = z.object({
  userMessage: z.object({ id: z.string() }),
  assistantMessage: z.object({ id: z.string() }),
});

export const turnSuite = (parlance: () => Parlance): void => {
  test('a conversation is unread from the end of its reply until it is marked as read, on every device', async () => {
    const [ada, elsewhere] = [await parlance().as('ada'), await parlance().as('ada')];
    const conversationId = await ada.createConversation();
    const states = z.object({ conversation: z.object({ unread: z.boolean(), updatedAt: z.string() }) });
    const read = async (client: TestClient) =>
      (
        await client.query(states, 'query($id: ID!) { conversation(id: $id) { unread updatedAt } }', {
          id: conversationId,
        })
      ).conversation;
    expect((await read(ada)).unread).toBe(false);
    const sent = await ada.send(conversationId, 'script: tokens=30 pace=10');
    expect((await read(elsewhere)).unread).toBe(false);
    await ada.stream(sent.assistantMessage.id).all();
    await until(
      () => read(elsewhere),
      ({ unread }) => unread,
    );
    const { updatedAt } = await read(ada);
    await ada.query(
      z.object({ markConversationRead: z.object({ unread: z.literal(false) }) }),
      'mutation($id: ID!) { markConversationRead(id: $id) { unread } }',
      { id: conversationId },
    );
    expect(await read(elsewhere)).toEqual({ unread: false, updatedAt });
  });

  test('a reply streams in order, without holes, and is stored as it was streamed', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const { turn, events } = await ada.converse(conversationId, 'script: tokens=40 pace=1');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({ __typename: 'MessageStarted', attempt: 1 });
    expect(events.slice(1, -1).every(({ __typename }) => __typename === 'TokenDelta')).toBe(true);
    expect(events.at(-1)).toMatchObject({
      __typename: 'MessageCompleted',
      message: { status: 'COMPLETED', finishReason: 'STOP' },
    });
    expect(textOfEvents(events)).toBe(textOf(40));
    expect(events.at(-1)?.message?.content).toBe(textOf(40));

    const stored = await until(
      () => ada.query(z.object({ message: messageShape }), messageQuery, { id: turn.assistantMessage.id }),
      ({ message }) => message.usage !== null && message.moderation !== null,
    );
    expect(stored.message).toMatchObject({ content: textOf(40), status: 'COMPLETED', lastSeq: events.length });
    expect(stored.message.model).toEqual({ id: 'openai/gpt-4o-mini', displayName: 'GPT-4o mini' });
    expect(stored.message.moderation?.action).toBe('ALLOW');
    // USD per million tokens (models.yaml): 0.15 for input, 0.075 for cached input, 0.60 for output; exactly.
    const { usage } = stored.message;
    expect(usage?.outputTokens).toBe(40);
    const [input = 0, cached = 0] = [usage?.inputTokens, usage?.cachedInputTokens];
    const billionths = (input - cached) * 150 + cached * 75 + 40 * 600;
    expect(Math.round(Number(usage?.costUsd) * 1e9)).toBe(billionths);

    const branch = await until(
      () => ada.query(branchShape, branchQuery, { id: conversationId }),
      ({ conversation }) => conversation.title !== null,
    );
    expect(branch.conversation.messages.edges.map(({ node }) => node.role)).toEqual(['USER', 'ASSISTANT']);
  });

  test('the model is given the conversation so far, also when the next question comes at once', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation({ systemPrompt: 'Reply in numbers.' });
    const said: { readonly role: string; readonly content: string }[] = [];
    for (let turn = 1; turn <= 6; turn += 1) {
      const content = `script: tokens=${turn}\n${uuidv7()}`;
      await ada.converse(conversationId, content);
      said.push({ role: 'user', content });
      const request = parlance().provider.requests.find(({ body }) => body.messages.at(-1)?.content === content);
      expect(request?.body.messages).toEqual([{ role: 'system', content: 'Reply in numbers.' }, ...said]);
      said.push({ role: 'assistant', content: textOf(turn) });
    }
  });

  test('a stream that was left is resumed after its last seq', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const { assistantMessage } = await ada.send(conversationId, 'script: tokens=60 pace=5');
    const before = [];
    for await (const event of ada.stream(assistantMessage.id)) {
      before.push(event);
      if (before.length === 4) break;
    }
    const after = await ada.stream(assistantMessage.id, before.at(-1)?.seq ?? 0).all();
    const events = [...before, ...after];
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(textOfEvents(events)).toBe(textOf(60));
    const again = await ada.stream(assistantMessage.id).all();
    expect(again).toEqual(events);
  });

  test('a stream may be opened before its message is sent', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const replyId = uuidv7();
    const [events] = await Promise.all([
      ada.stream(replyId).all(),
      ada.send(conversationId, 'script: tokens=5', { replyId }),
    ]);
    expect(textOfEvents(events)).toBe(textOf(5));
  });

  test('one idempotency key leads to one turn, however often and concurrently it is sent', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const idempotencyKey = uuidv7();
    const content = `script: tokens=4\n${idempotencyKey}`;
    const turns = await Promise.all(
      Array.from({ length: 20 }, () => ada.send(conversationId, content, { idempotencyKey })),
    );
    expect(new Set(turns.map((turn) => turn.assistantMessage.id)).size).toBe(1);
    expect(turns.filter((turn) => !turn.replayed)).toHaveLength(1);
    await ada.stream(turns[0]?.assistantMessage.id ?? '').all();
    expect(parlance().provider.requests.filter(({ body }) => body.messages.at(-1)?.content === content)).toHaveLength(
      1,
    );
    const reused = await ada.refusal(sendMutation, { input: { conversationId, content: 'other', idempotencyKey } });
    expect(reused.extensions).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', argument: 'idempotencyKey' });
  });

  test('a stopped reply keeps what was written, and closes the provider’s socket', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const content = `script: tokens=10000 pace=5\n${uuidv7()}`;
    const { assistantMessage } = await ada.send(conversationId, content);
    const events = [];
    for await (const event of ada.stream(assistantMessage.id)) {
      events.push(event);
      if (events.length === 3) await ada.query(z.unknown(), stopMutation, { id: assistantMessage.id });
    }
    expect(events.at(-1)).toMatchObject({ __typename: 'MessageCompleted', message: { status: 'CANCELLED' } });
    expect(events.at(-1)?.message?.content).toBe(textOfEvents(events));
    const request = parlance().provider.requests.find(({ body }) => body.messages.at(-1)?.content === content);
    expect(await request?.ended).toBe('closed by client');
    // Too late, and again: harmless.
    await ada.query(z.unknown(), stopMutation, { id: assistantMessage.id });
  });

  test('regenerating gives a sibling reply, and selectBranch brings the first one back', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const { turn } = await ada.converse(conversationId, 'script: tokens=3');
    const input = { messageId: turn.assistantMessage.id, idempotencyKey: uuidv7() };
    const again = await ada.query(z.object({ regenerateMessage: turnShape }), regenerateMutation, { input });
    const reply = again.regenerateMessage.assistantMessage.id;
    await ada.stream(reply).all();
    const { message } = await ada.query(z.object({ message: messageShape }), messageQuery, { id: reply });
    expect(message.siblings.map(({ id }) => id)).toEqual([turn.assistantMessage.id, reply]);
    const select = 'mutation Select($id: ID!) { selectBranch(messageId: $id) { head { id } } }';
    const shape = z.object({ selectBranch: z.object({ head: z.object({ id: z.string() }) }) });
    const { selectBranch } = await ada.query(shape, select, { id: turn.assistantMessage.id });
    expect(selectBranch.head.id).toBe(turn.assistantMessage.id);
  });

  test('editing a question makes a branch of its own with its own reply', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const first = await ada.converse(conversationId, 'script: tokens=3');
    await ada.converse(conversationId, 'script: tokens=2');
    const input = { messageId: first.turn.userMessage.id, content: 'script: tokens=6', idempotencyKey: uuidv7() };
    const { editMessage } = await ada.query(z.object({ editMessage: turnShape }), editMutation, { input });
    await ada.stream(editMessage.assistantMessage.id).all();
    const { conversation } = await ada.query(branchShape, branchQuery, { id: conversationId });
    expect(conversation.messages.edges.map(({ node }) => node.content)).toEqual(['script: tokens=6', textOf(6)]);
    const { message } = await ada.query(z.object({ message: messageShape }), messageQuery, {
      id: editMessage.userMessage.id,
    });
    expect(message.siblings.map(({ id }) => id)).toEqual([first.turn.userMessage.id, editMessage.userMessage.id]);
  });

  test('a busy conversation rejects, enqueues or interrupts as onBusy says', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const long = await ada.send(conversationId, 'script: tokens=10000 pace=5');
    const rejected = await ada.refusal(sendMutation, {
      input: { conversationId, content: 'script: tokens=1', idempotencyKey: uuidv7() },
    });
    expect(rejected.extensions.code).toBe('CONVERSATION_BUSY');
    expect(rejected.extensions['retryAfterMs']).toBeGreaterThan(0);
    const waiting = await ada.send(conversationId, 'script: tokens=2', { onBusy: 'ENQUEUE' });
    expect(waiting.assistantMessage.status).toBe('QUEUED');
    const last = await ada.send(conversationId, 'script: tokens=3', { onBusy: 'INTERRUPT' });
    const [interrupted, skipped, replied] = await Promise.all(
      [long, waiting, last].map(({ assistantMessage }) => ada.stream(assistantMessage.id).all()),
    );
    expect(interrupted?.at(-1)?.message?.status).toBe('CANCELLED');
    expect(skipped?.at(-1)?.message?.status).toBe('CANCELLED');
    expect(textOfEvents(replied ?? []), JSON.stringify(replied)).toBe(textOf(3));
  });

  test('words that were written are found again', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const word = `w${uuidv7().replaceAll('-', '')}`;
    await ada.converse(conversationId, `script: tokens=1\nthe ${word} is here`);
    const shape = z.object({
      searchMessages: z.object({
        edges: z.array(z.object({ node: z.object({ snippet: z.string(), message: z.object({ role: z.string() }) }) })),
      }),
    });
    const search =
      'query Search($query: String!) { searchMessages(query: $query) { edges { node { snippet message { role } } } } }';
    const found = await ada.query(shape, search, { query: word });
    expect(found.searchMessages.edges.map(({ node }) => node.message.role)).toEqual(['USER']);
    expect(found.searchMessages.edges[0]?.node.snippet).toContain(`<mark>${word}</mark>`);
    const grace = await parlance().as('grace');
    expect((await grace.query(shape, search, { query: word })).searchMessages.edges).toEqual([]);
  });
};
