/** What older turns are summarised to, and what prompts have in place of them. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

/** A model of 32,768 tokens: four turns of 32,000 characters fill more than 70% of it. */
const model = 'openai/scripted';
const filler = 'lorem ipsum dolor sit '.repeat(1_450);

const summaryShape = z.object({
  conversation: z.object({
    cost: z.string(),
    summary: z
      .object({
        text: z.string(),
        tokens: z.number(),
        messageCount: z.number(),
        lastMessage: z.object({ id: z.string() }),
        createdAt: z.string(),
      })
      .nullable(),
  }),
});
const summaryQuery = `query Summary($id: ID!) { conversation(id: $id) {
  cost summary { text tokens messageCount lastMessage { id } createdAt }
} }`;
const summaryOf = async (client: TestClient, id: string) =>
  (await client.query(summaryShape, summaryQuery, { id })).conversation.summary;

const requestWith = (parlance: Parlance, word: string) => {
  const found = parlance.provider.requests.findLast(
    ({ body }) => body.messages[0]?.role !== 'system' && body.messages.at(-1)?.content?.includes(word),
  );
  return (found?.body.messages ?? []).map(({ content }) => content ?? '').join('\n');
};

/** Turns that each plant a fact, one after the other. */
const plant = async (client: TestClient, conversationId: string, facts: readonly string[], words = '') => {
  const replies: string[] = [];
  for (const fact of facts) {
    const content = `script: tokens=3 pace=30 usage=no${words}\nRemember ${fact}. ${filler}`;
    const { turn, events } = await client.converse(conversationId, content);
    expect(events.at(-1)?.__typename).toBe('MessageCompleted');
    replies.push(turn.assistantMessage.id);
  }
  return replies;
};

const newFacts = (count: number): readonly string[] => Array.from({ length: count }, () => `fact-${uuidv7()}`);

export const summarySuite = (parlance: () => Parlance): void => {
  test('older turns are summarised when the window fills, and later prompts have the summary in place of them', async () => {
    const bob = await parlance().as('bob');
    const id = await bob.createConversation({ modelPolicy: model, title: 'Facts' });
    const facts = newFacts(4);
    const replies = await plant(bob, id, facts);
    const summary = await until(
      () => summaryOf(bob, id),
      (found) => found !== null,
    );
    expect(summary).toMatchObject({ messageCount: 4, lastMessage: { id: replies[1] } });
    expect(summary?.text).toBe(`The user said ${facts[0]} ${facts[1]}`);
    expect(summary?.tokens).toBeGreaterThan(0);
    const word = uuidv7();
    await bob.converse(id, `script: tokens=1 usage=no\n${word}`);
    const prompt = requestWith(parlance(), word);
    expect(prompt.split(facts[0] ?? '-')).toHaveLength(2);
    expect(prompt).toContain(`<summary>\n${summary?.text}\n</summary>`);
    expect(prompt).not.toContain(`Remember ${facts[1]}`);
    for (const fact of facts.slice(2)) expect(prompt).toContain(`Remember ${fact}`);
  });
};
