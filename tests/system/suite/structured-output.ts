/** Replies that have to have a format: from the send to the stored JSON, and what is refused. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { sendMutation, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const schema = JSON.stringify({
  type: 'object',
  properties: { city: { type: 'string' }, people: { type: 'integer' } },
  required: ['city', 'people'],
  additionalProperties: false,
});
const responseFormat = { type: 'JSON_SCHEMA', schema };
const bonn = '{"city":"Bonn","people":330000}';
const wrong = '{"city":"Bonn"}';
const encoded = (text: string): string => encodeURIComponent(text);

const messageShape = z.object({
  message: z.object({
    content: z.string(),
    status: z.string(),
    responseFormat: z.string(),
    error: z.object({ code: z.string() }).nullable(),
    usage: z.object({ inputTokens: z.number(), attempts: z.array(z.unknown()) }).nullable(),
    routing: z.object({ model: z.object({ capabilities: z.array(z.string()) }) }),
  }),
});
const messageQuery = `query($id: ID!) { message(id: $id) {
  content status responseFormat error { code } usage { inputTokens attempts { outputTokens } }
  routing { model { capabilities } }
} }`;

export const structuredOutputSuite = (parlance: () => Parlance): void => {
  test('a reply fits the schema that the client gave, and later clients are told that it is data', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const content = `script: text=${encoded(bonn)}\n${uuidv7()}`;
    const { turn, events } = await ada.converse(conversationId, content, { responseFormat });
    expect(textOfEvents(events)).toBe(bonn);
    const { message } = await ada.query(messageShape, messageQuery, { id: turn.assistantMessage.id });
    expect(message).toMatchObject({ content: bonn, status: 'COMPLETED', responseFormat: 'JSON_SCHEMA' });
    expect(message.routing.model.capabilities).toContain('JSON');
    const request = parlance().provider.requests.find(({ body }) => body.messages.at(-1)?.content === content);
    expect(request?.body['response_format']).toMatchObject({ type: 'json_schema' });
    expect(request?.body.messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('"people"') });
  });

  test('one that does not fit is void, the model writes it again, and both requests are billed in one line', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const content = `script: text=${encoded(wrong)} again=${encoded(bonn)}`;
    const { turn, events } = await ada.converse(conversationId, content, { responseFormat });
    expect(events.map(({ __typename }) => __typename)).toEqual([
      ...['MessageStarted', 'TokenDelta', 'MessageReset', 'TokenDelta', 'MessageCompleted'],
    ]);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(textOfEvents(events)).toBe(bonn);
    const { message } = await until(
      () => ada.query(messageShape, messageQuery, { id: turn.assistantMessage.id }),
      (found) => found.message.usage !== null,
    );
    expect(message.usage?.attempts).toHaveLength(1);
  });

  test('what still does not fit ends with a code, and what came is kept', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const content = `script: text=${encoded(wrong)}`;
    const { turn, events } = await ada.converse(conversationId, content, { responseFormat });
    expect(events.at(-1)).toMatchObject({
      __typename: 'MessageFailed',
      failure: { code: 'OUTPUT_INVALID', retryable: true },
    });
    const { message } = await ada.query(messageShape, messageQuery, { id: turn.assistantMessage.id });
    expect(message).toMatchObject({ status: 'FAILED', content: wrong, error: { code: 'OUTPUT_INVALID' } });
  });

  test('a reply that waits for another one keeps its schema until its turn comes, and not longer', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    await ada.send(conversationId, 'script: tokens=20 pace=10');
    const content = `script: text=${encoded(bonn)}`;
    const { events } = await ada.converse(conversationId, content, { responseFormat, onBusy: 'ENQUEUE' });
    expect(textOfEvents(events)).toBe(bonn);
    expect(parlance().provider.requests.at(-1)?.body['response_format']).toMatchObject({ type: 'json_schema' });
  });

  test('what cannot be checked is refused before anything is stored, and the argument is named', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const refused = async (format: object) => {
      const input = { conversationId, content: 'hello', idempotencyKey: uuidv7(), responseFormat: format };
      const { extensions, message } = await ada.refusal(sendMutation, { input });
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'responseFormat.schema' });
      return message;
    };
    const withSchema = (given: unknown) => refused({ type: 'JSON_SCHEMA', schema: JSON.stringify(given) });
    expect(await withSchema({ $ref: '#' })).toContain('refers to itself');
    expect(await withSchema({ $ref: 'https://example.org/schema' })).toContain('outside');
    expect(await withSchema({ pattern: '(a)\\1' })).toContain('pattern');
    expect(await refused({ type: 'JSON_SCHEMA', schema: '{' })).toContain('JSON');
    expect(await refused({ type: 'JSON_SCHEMA', schema: '['.repeat(10_000) })).toContain('deep');
    expect(await refused({ type: 'JSON_SCHEMA' })).toContain('schema');
    expect(await refused({ type: 'JSON', schema })).toContain('JSON_SCHEMA');
  });
};
