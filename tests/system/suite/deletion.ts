/** Deletion: nothing goes on in a deleted conversation, and nothing of it can be read until it is restored. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const deleteMutation = `mutation Delete($id: ID!) { deleteConversation(id: $id) {
  deletedAt head { id } messages { edges { node { id } } }
} }`;
const restoreMutation = 'mutation Restore($id: ID!) { restoreConversation(id: $id) { id } }';
const readQuery = `query Read($id: ID!, $reply: ID!) {
  message(id: $reply) { content status usage { outputTokens } conversation { title } }
  conversation(id: $id) { id }
}`;
const readShape = z.object({
  message: z.object({
    content: z.string(),
    status: z.string(),
    usage: z.object({ outputTokens: z.number() }).nullable(),
  }),
});
const trashQuery = `query Trash { conversations(first: 50, filter: { deleted: true }) {
  edges { node { id head { id } messages { edges { node { content } } } } }
} }`;
const trashShape = z.object({
  conversations: z.object({
    edges: z.array(
      z.object({
        node: z.object({ id: z.string(), head: z.null(), messages: z.object({ edges: z.array(z.never()) }) }),
      }),
    ),
  }),
});

export const deletionSuite = (parlance: () => Parlance): void => {
  test('deleting a conversation stops its replies, which are billed; nothing of it is readable until it is restored', async () => {
    const ada = await parlance().as('ada');
    const conversationId = await ada.createConversation();
    const content = `script: tokens=10000 pace=5\n${uuidv7()}`;
    const running = await ada.send(conversationId, content);
    for await (const { seq } of ada.stream(running.assistantMessage.id)) if (seq > 2) break;
    const waiting = await ada.send(conversationId, `script: tokens=10000 pace=5\n${uuidv7()}`, { onBusy: 'ENQUEUE' });

    const { deleteConversation } = await ada.query(
      z.object({ deleteConversation: z.object({ deletedAt: z.string() }).loose() }),
      deleteMutation,
      { id: conversationId },
    );
    expect(deleteConversation).toMatchObject({ head: null, messages: { edges: [] } });
    const request = parlance().provider.requests.find(({ body }) => body.messages.at(-1)?.content === content);
    expect(await request?.ended).toBe('closed by client');
    for (const { assistantMessage, userMessage } of [running, waiting]) {
      for (const reply of [assistantMessage.id, userMessage.id]) {
        const read = await ada.query(z.unknown(), readQuery, { id: conversationId, reply });
        expect(read).toEqual({ message: null, conversation: null });
      }
    }
    const streams = [running, waiting].map(({ assistantMessage }) => ada.stream(assistantMessage.id).all());
    await Promise.all(streams.map((stream) => expect(stream).rejects.toThrow('NOT_FOUND')));
    const { conversations } = await ada.query(trashShape, trashQuery);
    expect(conversations.edges.map(({ node }) => node.id)).toContain(conversationId);

    await ada.query(z.unknown(), restoreMutation, { id: conversationId });
    for (const { assistantMessage } of [running, waiting]) {
      const variables = { id: conversationId, reply: assistantMessage.id };
      const { message } = await until(
        () => ada.query(readShape, readQuery, variables),
        (read) => read.message.status === 'CANCELLED' && read.message.usage !== null,
      );
      expect(message.usage?.outputTokens === 0).toBe(message.content === '');
    }
    expect(parlance().provider.requests.filter(({ body }) => body.messages.at(-1)?.content === content)).toHaveLength(
      1,
    );
  });
};
