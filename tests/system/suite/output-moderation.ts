/** A reply under a policy of mode WINDOW: the phrase that ends it is nowhere but in its case. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { reasoningOfEvents, type TestClient, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const lead = 'He opened the letter that had lain on the table since the morning, and then he read it aloud: ';
const secret = 'I will strangle you tonight';
const rest = ', and that was all it said, in a hand that nobody in the house had ever seen before.';
const piecesOf = (text: string, length: number): string[] =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );

const policyShape = z.object({
  setModerationPolicy: z.object({
    output: z.object({ mode: z.string(), holdCharacters: z.number(), leastHoldCharacters: z.number() }),
  }),
});
const setPolicy = `mutation ($input: ModerationPolicyInput!) {
  setModerationPolicy(input: $input) { output { mode holdCharacters leastHoldCharacters } } }`;
const messageShape = z.object({
  message: z.object({
    content: z.string(),
    status: z.string(),
    moderation: z.object({ stage: z.string(), action: z.string() }).nullable(),
    usage: z.object({ outputTokens: z.number() }).nullable(),
    conversation: z.object({ title: z.string().nullable() }),
  }),
});
const messageQuery = `query ($id: ID!) { message(id: $id) {
  content status moderation { stage action } usage { outputTokens } conversation { title } } }`;
const caseShape = z.object({
  moderationCases: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          messageId: z.string(),
          excerpt: z.string(),
          verdict: z.object({ action: z.string(), categories: z.array(z.object({ category: z.string() })) }),
        }),
      }),
    ),
  }),
});
const casesQuery = `{ moderationCases(filter: { stage: OUTPUT }) { edges { node {
  messageId excerpt verdict { action categories { category } } } } } }`;
const searchShape = z.object({ searchMessages: z.object({ edges: z.array(z.unknown()) }) });
const searchQuery = 'query ($query: String!) { searchMessages(query: $query) { edges { cursor } } }';

export interface OutputModerationStand {
  readonly parlance: Parlance;
  /** Everything that the store of the stream log holds, as one text. */
  streamStore(): Promise<string>;
  /** What the processes have logged. */
  readonly logLines: readonly string[];
}

/** The policy of globex, which no other suite uses, while `use` runs. */
const underWindow = async (parlance: Parlance, use: (bob: TestClient, admin: TestClient) => Promise<void>) => {
  const [bob, admin] = [await parlance.as('bob'), await parlance.as('bob', { roles: ['USER', 'ADMIN'] })];
  const policy = await admin.query(policyShape, setPolicy, {
    input: { output: { mode: 'WINDOW', holdCharacters: 64 } },
  });
  expect(policy.setModerationPolicy.output).toMatchObject({ mode: 'WINDOW', holdCharacters: 64 });
  try {
    await use(bob, admin);
  } finally {
    await admin.query(policyShape, setPolicy, { input: { output: { mode: 'AFTER' } } });
  }
};

export const outputModerationSuite = (stand: () => OutputModerationStand): void => {
  test('a reply ends behind what was shown, and the phrase is in no stream, store, prompt, search or log, only in its case', async () => {
    const { parlance, streamStore, logLines } = stand();
    await underWindow(parlance, async (bob, admin) => {
      const conversationId = await bob.createConversation();
      const replyId = uuidv7();
      parlance.provider.queue({ texts: piecesOf(lead + secret + rest, 5), pace: 3 });
      const other = await parlance.as('bob');
      const [{ events }, seen] = await Promise.all([
        bob.converse(conversationId, 'read it', { replyId }),
        until(
          () =>
            other
              .stream(replyId)
              .all()
              .catch(() => []),
          (all) => all.length > 0,
        ),
      ]);
      expect(events.at(-1)).toMatchObject({ __typename: 'MessageFailed', failure: { code: 'CONTENT_BLOCKED' } });
      const shown = textOfEvents(events);
      expect(shown.length).toBeGreaterThan(0);
      expect(lead.startsWith(shown)).toBe(true);
      expect(textOfEvents(seen)).toBe(shown);
      expect(textOfEvents(await other.stream(replyId).all())).toBe(shown);

      const { message } = await until(
        () => bob.query(messageShape, messageQuery, { id: replyId }),
        (one) => one.message.moderation?.action === 'BLOCK' && one.message.usage !== null,
      );
      expect(message).toMatchObject({ content: shown, status: 'FAILED', moderation: { stage: 'OUTPUT' } });
      expect(message.conversation.title).toBeNull();
      expect(message.usage?.outputTokens).toBeGreaterThan(10);

      const [found] = (await admin.query(caseShape, casesQuery)).moderationCases.edges;
      expect(found?.node).toMatchObject({
        messageId: replyId,
        verdict: { action: 'BLOCK', categories: [{ category: 'THREAT' }] },
      });
      expect(found?.node.excerpt).toContain('I will strangle you');
      expect(await bob.refusal(casesQuery)).toMatchObject({ extensions: { code: 'FORBIDDEN' } });

      const next = `script: tokens=1\n${uuidv7()}`;
      await bob.converse(conversationId, next);
      const request = parlance.provider.requests.find(({ body }) => body.messages.at(-1)?.content === next);
      expect(JSON.stringify(request?.body.messages)).toContain(shown.trim());
      expect(JSON.stringify(request?.body.messages)).not.toContain('strangle');
      expect((await bob.query(searchShape, searchQuery, { query: 'strangle' })).searchMessages.edges).toEqual([]);
      const stored = await streamStore();
      expect(stored).toContain(shown);
      expect(stored).not.toContain('strangle');
      expect(logLines.length).toBeGreaterThan(0);
      expect(logLines.filter((line) => line.includes('strangle'))).toEqual([]);
    });
  });

  test('a worker that dies while it holds text back takes it along, and the next one finds the phrase', async () => {
    const { parlance } = stand();
    await underWindow(parlance, async (bob) => {
      const conversationId = await bob.createConversation({ title: 'crash' });
      // The second request, of the worker that takes over, begins anew: the model cannot continue a text.
      const whole = piecesOf(`${lead}${lead}I will ${rest}`, 5);
      parlance.provider.queue({ texts: whole, pace: 20 }, { texts: piecesOf(lead + secret + rest, 5), pace: 2 });
      const { assistantMessage } = await bob.send(conversationId, 'read it again');
      const before = [];
      for await (const event of bob.stream(assistantMessage.id)) {
        before.push(event);
        if (before.length === 12) break;
      }
      await parlance.crash('worker');
      const events = [...before, ...(await bob.stream(assistantMessage.id, before.at(-1)?.seq ?? 0).all())];
      expect(events.at(-1)).toMatchObject({ __typename: 'MessageFailed', failure: { code: 'CONTENT_BLOCKED' } });
      expect(lead.startsWith(textOfEvents(events))).toBe(true);
    });
  });

  test('harmless replies and thoughts are shown whole, another reply to a question too', async () => {
    const { parlance } = stand();
    await underWindow(parlance, async (bob) => {
      const conversationId = await bob.createConversation({ title: 'harmless' });
      const { turn, events } = await bob.converse(
        conversationId,
        'script: reasoning=30 tokens=60 pace=1 thoughts=tags',
      );
      expect(events.at(-1)).toMatchObject({ __typename: 'MessageCompleted' });
      expect(reasoningOfEvents(events)).toContain('r29');
      expect(textOfEvents(events)).toContain('w59');
      parlance.provider.queue({ texts: [lead + secret + rest] });
      const regenerate = `mutation ($input: RegenerateMessageInput!) {
        regenerateMessage(input: $input) { assistantMessage { id } } }`;
      const again = await bob.query(
        z.object({ regenerateMessage: z.object({ assistantMessage: z.object({ id: z.string() }) }) }),
        regenerate,
        { input: { messageId: turn.assistantMessage.id, idempotencyKey: uuidv7() } },
      );
      const blocked = await bob.stream(again.regenerateMessage.assistantMessage.id).all();
      expect(blocked.at(-1)).toMatchObject({ __typename: 'MessageFailed', failure: { code: 'CONTENT_BLOCKED' } });
    });
  });

  test('a hold that would show the beginning of a phrase is refused with what it needs', async () => {
    const { parlance } = stand();
    const admin = await parlance.as('bob', { roles: ['USER', 'ADMIN'] });
    for (const holdCharacters of [0, 20, 1_001]) {
      const input = { output: { mode: 'WINDOW', holdCharacters } };
      expect(await admin.refusal(setPolicy, { input })).toMatchObject({
        extensions: { code: 'BAD_USER_INPUT', argument: 'input.output.holdCharacters' },
      });
    }
  });
};
