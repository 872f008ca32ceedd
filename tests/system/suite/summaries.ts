/** What older turns are summarised to, and what prompts have in place of them. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

/** Four turns with it fill more than 70% of a small window, and less than all of it. */
const filler = 'lorem ipsum dolor sit '.repeat(80);

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

const timelineShape = z
  .object({
    conversation: z
      .object({ messages: z.object({ edges: z.array(z.object({ node: z.object({ id: z.string() }) })) }) })
      .transform(({ messages }) => messages.edges.map(({ node }) => node)),
  })
  .transform(({ conversation: messages }) => ({ messages }));
const timelineQuery = 'query ($id: ID!) { conversation(id: $id) { messages { edges { node { id } } } } }';
const editShape = z.object({ editMessage: z.object({ assistantMessage: z.object({ id: z.string() }) }) });
const editMutation = 'mutation ($input: EditMessageInput!) { editMessage(input: $input) { assistantMessage { id } } }';
const rangeOfToday = () => {
  const now = Date.now();
  return { from: new Date(now - 86_400_000), to: new Date(now + 86_400_000) };
};
const reportShape = z.object({ usageReport: z.object({ totals: z.object({ generations: z.number() }) }) });
const reportQuery = `query ($range: UsageRangeInput!) { usageReport(range: $range, groupBy: MODEL) {
  totals { generations }
} }`;

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
    const id = await bob.createConversation({ title: 'Facts' });
    const facts = newFacts(4);
    const replies = await plant(bob, id, facts);
    const summary = await until(
      () => summaryOf(bob, id),
      (found) => found !== null,
    );
    expect(summary).toMatchObject({ messageCount: 4, lastMessage: { id: replies[1] } });
    expect(summary?.text).toBe(`The user said ${facts[0]} ${facts[1]}`);
    expect(summary?.tokens).toBeGreaterThan(0);
    const asked = parlance().provider.requests.filter(({ body }) =>
      body.messages.at(-1)?.content?.startsWith('{"turns'),
    );
    expect(asked.map(({ body }) => body.model)).toEqual(['gpt-4o-mini']);
    const word = uuidv7();
    await bob.converse(id, `script: tokens=1 usage=no\n${word}`);
    const prompt = requestWith(parlance(), word);
    expect(prompt.split(facts[0] ?? '-')).toHaveLength(2);
    expect(prompt).toContain(`<summary>\n${summary?.text}\n</summary>`);
    expect(prompt).not.toContain(`Remember ${facts[1]}`);
    for (const fact of facts.slice(2)) expect(prompt).toContain(`Remember ${fact}`);
  });

  test('an edit above a summary has the turns word for word, and the branch that was left keeps its summary', async () => {
    const bob = await parlance().as('bob');
    const id = await bob.createConversation({ title: 'Facts' });
    const facts = newFacts(4);
    await plant(bob, id, facts);
    const summary = await until(
      () => summaryOf(bob, id),
      (found) => found !== null,
    );
    const { messages } = await bob.query(timelineShape, timelineQuery, { id });
    const [question, word] = [messages[2]?.id, uuidv7()];
    const input = { messageId: question, content: `script: tokens=1 usage=no\n${word}`, idempotencyKey: uuidv7() };
    const { editMessage } = await bob.query(editShape, editMutation, { input });
    await bob.stream(editMessage.assistantMessage.id).all();
    const prompt = requestWith(parlance(), word);
    expect(prompt).toContain(`Remember ${facts[0]}`);
    expect(prompt).not.toContain('<summary>');
    expect(await summaryOf(bob, id)).toBeNull();
    await bob.query(z.unknown(), 'mutation ($id: ID!) { selectBranch(messageId: $id) { id } }', {
      id: messages[7]?.id,
    });
    expect(await summaryOf(bob, id)).toEqual(summary);
  });

  test.each(['fail', 'refuse', 'chatter'])(
    'where the summarising model does "%s", prompts are cut as before, and none of its words enters one',
    async (outcome) => {
      const bob = await parlance().as('bob');
      const id = await bob.createConversation({ title: 'Facts' });
      const facts = newFacts(4);
      const asked = async () =>
        parlance().provider.requests.filter(({ body }) => body.messages.at(-1)?.content?.startsWith('{"turns"'));
      const before = (await asked()).length;
      await plant(bob, id, facts, ` summary=${outcome}`);
      await until(asked, (requests) => requests.length > before);
      const word = uuidv7();
      const { events } = await bob.converse(id, `script: tokens=1 usage=no\n${word}`);
      expect(events.at(-1)?.__typename).toBe('MessageCompleted');
      const prompt = requestWith(parlance(), word);
      expect(prompt).toContain(`Remember ${facts[3]}`);
      expect(prompt).not.toMatch(/<summary>|sorry|upstream|Scripted failure/);
      expect(await summaryOf(bob, id)).toBeNull();
    },
  );

  test('a summary has a line of its own in the ledger, and goes with its conversation', async () => {
    const ada = await parlance().as('ada');
    const bob = await parlance().as('bob', { roles: ['USER', 'BILLING_ADMIN'] });
    const generations = async (): Promise<number> =>
      (await bob.query(reportShape, reportQuery, { range: rangeOfToday() })).usageReport.totals.generations;
    const before = await generations();
    const id = await bob.createConversation({ title: 'Facts' });
    await plant(bob, id, newFacts(4));
    await until(
      () => summaryOf(bob, id),
      (found) => found !== null,
    );
    // Four replies and the summary.
    await until(generations, (count) => count === before + 5);
    const stranger = await ada.ask(summaryQuery, { id });
    expect(stranger.data).toEqual({ conversation: null });
    const deleted = await bob.query(
      z.object({ deleteConversation: z.object({ summary: z.null() }) }),
      'mutation ($id: ID!) { deleteConversation(id: $id) { summary { text } } }',
      { id },
    );
    expect(deleted.deleteConversation.summary).toBeNull();
    await bob.query(z.unknown(), 'mutation ($id: ID!) { restoreConversation(id: $id) { id } }', { id });
    expect(await summaryOf(bob, id)).toBeNull();
  });
};
