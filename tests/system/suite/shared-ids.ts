/** Two tenants with messages of the same ids: neither learns of the other, hears it, stops it or pays for it. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { sendMutation, type TestClient, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const messageShape = z.object({
  message: z.object({
    content: z.string(),
    status: z.string(),
    usage: z.object({ outputTokens: z.number() }).nullable(),
    moderation: z.object({ action: z.string() }).nullable(),
  }),
});
const messageQuery =
  'query M($id: ID!) { message(id: $id) { content status usage { outputTokens } moderation { action } } }';
const settled = async (client: TestClient, id: string) => {
  const { message } = await until(
    () => client.query(messageShape, messageQuery, { id }),
    (found) => found.message.usage !== null && found.message.moderation !== null,
  );
  return message;
};
const stopMutation = 'mutation Stop($id: ID!) { stopGeneration(messageId: $id) { id } }';
const regenerateMutation = `mutation Regenerate($input: RegenerateMessageInput!) {
  regenerateMessage(input: $input) { assistantMessage { id } }
}`;
const branchShape = z.object({
  conversation: z.object({
    messages: z.object({ edges: z.array(z.object({ node: z.object({ content: z.string() }) })) }),
  }),
});
const branchQuery = 'query B($id: ID!) { conversation(id: $id) { messages { edges { node { content } } } } }';
const searchShape = z.object({
  searchMessages: z.object({
    edges: z.array(z.object({ node: z.object({ snippet: z.string(), message: z.object({ id: z.string() }) }) })),
  }),
});
const searchQuery = 'query S($q: String!) { searchMessages(query: $q) { edges { node { snippet message { id } } } } }';

const openTwo = async (parlance: Parlance) => {
  const [ada, bob] = await Promise.all([parlance.as('ada'), parlance.as('bob')]);
  const [hers, his] = await Promise.all([ada.createConversation(), bob.createConversation()]);
  return { ada, bob, hers, his };
};

export const sharedIdSuite = (parlance: () => Parlance): void => {
  test('a replyId that another tenant uses is as good as any: both replies run, side by side', async () => {
    const { ada, bob, hers, his } = await openTwo(parlance());
    const replyId = uuidv7();
    await ada.send(hers, 'script: tokens=90 pace=10', { replyId });
    const accepted = await bob.send(his, 'script: tokens=10000 pace=5', { replyId });
    expect(accepted.assistantMessage.id).toBe(replyId);
    const stopped = [];
    for await (const event of bob.stream(replyId)) {
      stopped.push(event);
      if (stopped.length === 3) await bob.query(z.unknown(), stopMutation, { id: replyId });
    }
    expect(stopped.at(-1)).toMatchObject({ message: { id: replyId, status: 'CANCELLED' } });
    const events = await ada.stream(replyId).all();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(textOfEvents(events)).toBe(textOf(90));
    expect(await settled(ada, replyId)).toMatchObject({ content: textOf(90), usage: { outputTokens: 90 } });
    const { content, status, usage } = await settled(bob, replyId);
    expect([content, status]).toEqual([textOfEvents(stopped), 'CANCELLED']);
    expect(usage?.outputTokens).toBeLessThan(10_000);

    const input = { conversationId: his, content: 'again', replyId, idempotencyKey: uuidv7() };
    expect((await bob.refusal(sendMutation, { input })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'replyId',
    });
  });

  test('waiting replies, alternatives and what follows them stay their tenant’s own', async () => {
    const { ada, bob, hers, his } = await openTwo(parlance());
    const [waiting, alternative] = [uuidv7(), uuidv7()];
    const [adaWord, bobWord] = [`quince${Date.now()}`, `medlar${Date.now()}`];
    const converse = async (client: TestClient, conversationId: string, word: string, tokens: number) => {
      const first = await client.send(conversationId, `script: tokens=${tokens} pace=10\n${word}`);
      const second = { replyId: waiting, onBusy: 'ENQUEUE' };
      await client.send(conversationId, `script: tokens=${tokens + 1}\n${word}`, second);
      await client.stream(first.assistantMessage.id).all();
      expect(textOfEvents(await client.stream(waiting).all())).toBe(textOf(tokens + 1));
      const input = { messageId: first.assistantMessage.id, replyId: alternative, idempotencyKey: uuidv7() };
      await client.query(z.unknown(), regenerateMutation, { input });
      expect(textOfEvents(await client.stream(alternative).all())).toBe(textOf(tokens));
      await client.converse(conversationId, `script: tokens=${tokens + 2}\n${word}`);
    };
    await Promise.all([converse(ada, hers, adaWord, 20), converse(bob, his, bobWord, 40)]);
    for (const [client, conversationId, word, tokens] of [
      [ada, hers, adaWord, 20],
      [bob, his, bobWord, 40],
    ] as const) {
      const { conversation } = await client.query(branchShape, branchQuery, { id: conversationId });
      const first = `script: tokens=${tokens} pace=10\n${word}`;
      const last = `script: tokens=${tokens + 2}\n${word}`;
      const contents = conversation.messages.edges.map(({ node }) => node.content);
      expect(contents).toEqual([first, textOf(tokens), last, textOf(tokens + 2)]);
      const request = parlance().provider.requests.find(({ body }) => body.messages.at(-1)?.content === last);
      expect(request?.body.messages.map(({ content }) => content)).toEqual(contents.slice(0, -1));
      for (const id of [waiting, alternative]) {
        const message = await settled(client, id);
        expect(message.usage?.outputTokens).toBe(id === waiting ? tokens + 1 : tokens);
      }
      const found = await client.query(searchShape, searchQuery, { q: `w${tokens}` });
      const hits = found.searchMessages.edges.filter(({ node }) => node.message.id === waiting);
      expect(hits.map(({ node }) => node.snippet)).toEqual([expect.stringContaining(`<mark>w${tokens}</mark>`)]);
    }
  });
};
