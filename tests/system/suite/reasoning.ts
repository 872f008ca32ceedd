/** What a model shows of its thinking, from its events to what is left of it later. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf, thoughtAt } from '#tests/scripted-provider/script.ts';
import { reasoningOfEvents, sendMutation, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const thoughts = (count: number): string => Array.from({ length: count }, (_, index) => thoughtAt(index)).join('');

const messageShape = z.object({
  message: z.object({
    content: z.string(),
    reasoning: z.string().nullable(),
    usage: z.object({ outputTokens: z.number(), reasoningTokens: z.number() }).nullable(),
  }),
});
const messageQuery = `query($id: ID!) { message(id: $id) { content reasoning usage { outputTokens reasoningTokens } } }`;
const turnShape = z.object({
  sendMessage: z.object({ assistantMessage: z.object({ id: z.string() }), replayed: z.boolean() }),
});
const searchShape = z.object({ searchMessages: z.object({ edges: z.array(z.unknown()) }) });

export const reasoningSuite = (parlance: () => Parlance): void => {
  test('thinking streams before the text, is stored beside it and billed, and is in no later prompt and no search', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const { turn, events } = await ada.converse(conversationId, 'script: reasoning=30 tokens=5 pace=2 thoughts=tags');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const types = events.map(({ __typename }) => __typename);
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      ...['MessageStarted', 'ReasoningDelta', 'TokenDelta', 'MessageCompleted'],
    ]);
    expect(textOfEvents(events)).toBe(textOf(5));
    expect(reasoningOfEvents(events).trim()).toBe(thoughts(30).trim());
    const { id } = turn.assistantMessage;
    const stored = await until(
      () => ada.query(messageShape, messageQuery, { id }),
      ({ message }) => message.usage !== null,
    );
    expect(stored.message).toEqual({
      content: textOf(5),
      reasoning: reasoningOfEvents(events),
      usage: { outputTokens: 35, reasoningTokens: 30 },
    });
    const next = `script: tokens=1\n${uuidv7()}`;
    await ada.converse(conversationId, next);
    const request = parlance().provider.requests.find(({ body }) => body.messages.at(-1)?.content === next);
    expect(request?.body.messages.map(({ content }) => content)).toContain(textOf(5));
    expect(JSON.stringify(request?.body.messages)).not.toContain(thoughtAt(3));
    const found = (query: string) =>
      ada.query(searchShape, 'query($query: String!) { searchMessages(query: $query) { edges { cursor } } }', {
        query,
      });
    expect((await found('w3')).searchMessages.edges.length).toBeGreaterThan(0);
    expect((await found('r17')).searchMessages.edges).toEqual([]);
  });

  test('a stream that was left in the middle of a thought is resumed after its last seq', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const { assistantMessage } = await ada.send(conversationId, 'script: reasoning=40 tokens=3 pace=5');
    const before = [];
    for await (const event of ada.stream(assistantMessage.id)) {
      before.push(event);
      if (before.length === 4) break;
    }
    const inFlight = await ada.query(messageShape, messageQuery, { id: assistantMessage.id });
    expect(reasoningOfEvents(before)).not.toBe('');
    expect(inFlight.message.reasoning?.startsWith(reasoningOfEvents(before))).toBe(true);
    const after = await ada.stream(assistantMessage.id, before.at(-1)?.seq ?? 0).all();
    const events = [...before, ...after];
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(reasoningOfEvents(events)).toBe(thoughts(40));
    expect(textOfEvents(events)).toBe(textOf(3));
  });

  test('the effort that a client chooses reaches the model, and belongs to what an idempotency key stands for', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const content = `script: tokens=1\n${uuidv7()}`;
    const input = { conversationId, content, idempotencyKey: uuidv7(), reasoningEffort: 'HIGH' };
    const sent = await ada.query(turnShape, sendMutation, { input });
    await ada.stream(sent.sendMessage.assistantMessage.id).all();
    const request = parlance().provider.requests.find(({ body }) => body.messages.at(-1)?.content === content);
    expect(request?.body['reasoning_effort']).toBe('high');
    const replayed = await ada.query(turnShape, sendMutation, { input });
    expect(replayed.sendMessage.replayed).toBe(true);
    await expect(ada.query(turnShape, sendMutation, { input: { ...input, reasoningEffort: 'LOW' } })).rejects.toThrow(
      'IDEMPOTENCY_KEY_REUSED',
    );
  });

  test('a model that only thinks leaves a reply that has failed and says why, with its thoughts', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const { turn, events } = await ada.converse(conversationId, 'script: reasoning=5 tokens=0 finish=length');
    expect(events.at(-1)).toMatchObject({ __typename: 'MessageFailed', failure: { code: 'MODEL_ERROR' } });
    const { message } = await ada.query(messageShape, messageQuery, { id: turn.assistantMessage.id });
    expect(message).toMatchObject({ content: '', reasoning: reasoningOfEvents(events) });
    expect(message.reasoning).toBe(thoughts(5));
  });
};
