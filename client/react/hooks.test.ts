/** The hooks in React's strict mode, in Chromium, against a whole Parlance. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '../../tests/scripted-provider/script.ts';
import { until } from '../../tests/support/until.ts';
import { type ChatStand, startChatStand } from './chat-stand.fixture.ts';

let stand: ChatStand;
beforeAll(async () => {
  stand = await startChatStand();
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const last = (texts: readonly string[]): string => texts.at(-1) ?? '';
const rows = '#timeline li';
const reply = '#timeline li[data-role=ASSISTANT]';

test('question and reply show at once, the text grows, and no other row is rendered for it', async () => {
  const conversationId = await stand.ada.createConversation();
  await stand.ada.converse(conversationId, 'script: tokens=2');
  await using chat = await stand.openPage();
  await chat.show({ conversationId });
  await chat.waitFor(rows, (texts) => texts.length === 2);
  const former = await chat.page.evaluate(() => ({ ...globalThis.chat.renders }));

  const content = 'script: tokens=100 pace=10';
  const shownAtOnce = await chat.page.evaluate(async (text) => {
    void globalThis.chat.send?.send(text);
    await new Promise(requestAnimationFrame);
    return [...document.querySelectorAll('#timeline li')].map((row) => row.getAttribute('data-pending'));
  }, content);
  expect(shownAtOnce).toEqual(['false', 'false', 'true', 'true']);
  await chat.waitFor(rows, (texts) => last(texts) === textOf(100));
  await until(
    () => chat.attribute(`${rows}:last-child`, 'data-cost'),
    (cost) => cost !== null,
  );
  const { renders, texts, ids } = await chat.page.evaluate(() => ({
    renders: globalThis.chat.renders,
    texts: globalThis.chat.texts,
    ids: globalThis.chat.timeline?.messages.map(({ key }) => key) ?? [],
  }));
  for (const [key, count] of Object.entries(former)) expect(renders[key]).toBe(count);
  // The question: shown, stored, and read again at the end of its reply.
  expect(renders[ids[2] ?? '']).toBeLessThanOrEqual(4);
  expect(renders[ids[3] ?? '']).toBeGreaterThan(10);
  const grown = texts.slice(texts.lastIndexOf(''));
  expect(grown.length).toBeGreaterThan(10);
  for (const [index, text] of grown.entries()) expect(text.startsWith(grown[index - 1] ?? '')).toBe(true);
});

test('what one page does shows on another: a send with its text, a title, a deletion and its undoing', async () => {
  const conversationId = await stand.ada.createConversation({ title: 'Before' });
  await using one = await stand.openPage();
  await using other = await stand.openPage();
  await one.show({ conversationId, list: {} });
  await other.show({ conversationId, list: {} });
  const row = `#list li[data-id="${conversationId}"]`;
  for (const page of [one, other]) await page.waitFor(row, (texts) => texts[0] === 'Before');

  await one.page.evaluate(() => void globalThis.chat.send?.send('script: tokens=80 pace=20'));
  await other.waitFor(reply, (texts) => /w5 /.test(last(texts)) && last(texts) !== textOf(80));
  expect(await other.attribute(row, 'data-head')).toMatch(/QUEUED|STREAMING/);
  for (const page of [one, other]) {
    await page.waitFor(reply, (texts) => last(texts) === textOf(80));
    await until(
      () => page.attribute(row, 'data-head'),
      (status) => status === 'COMPLETED',
    );
  }

  const renamed = await one.page.evaluate(async (id) => {
    const done = globalThis.chat.list?.rename(id, 'After');
    await new Promise(requestAnimationFrame);
    const shown = document.querySelector(`#list li[data-id="${id}"]`)?.textContent;
    await done;
    return shown;
  }, conversationId);
  expect(renamed).toBe('After');
  for (const page of [one, other]) {
    await page.waitFor(row, (texts) => texts[0] === 'After');
    await page.waitFor('#title', (texts) => texts[0] === 'After');
  }

  await other.page.evaluate((id) => globalThis.chat.list?.remove(id), conversationId);
  for (const page of [one, other]) await page.waitFor(row, (texts) => texts.length === 0);
  await one.page.evaluate((id) => globalThis.chat.list?.restore(id), conversationId);
  for (const page of [one, other]) {
    await page.waitFor(row, (texts) => texts.length === 1);
    await page.waitFor(reply, (texts) => last(texts) === textOf(80));
  }
});

test('a reply goes on after a reload and through a restart of the server, and Stop works after both', async () => {
  const conversationId = await stand.ada.createConversation();
  await using chat = await stand.openPage();
  await chat.show({ conversationId });
  await chat.waitFor('#timeline[data-state=ready]', (found) => found.length === 1);
  await chat.page.evaluate(() => void globalThis.chat.send?.send('script: tokens=300 pace=20'));
  await chat.waitFor(reply, (texts) => /w10 /.test(last(texts)));
  await chat.reload({ conversationId });
  await chat.waitFor(reply, (texts) => /w20 /.test(last(texts)));
  await stand.parlance.crash('gateway');
  await chat.waitFor(reply, (texts) => last(texts) === textOf(300));
  await until(
    () => chat.attribute(`${rows}:last-child`, 'data-status'),
    (status) => status === 'COMPLETED',
  );

  await chat.page.evaluate(() => void globalThis.chat.send?.send('script: tokens=3000 pace=20'));
  await chat.waitFor(reply, (texts) => texts.length === 2 && /w10 /.test(last(texts)));
  await chat.reload({ conversationId });
  await chat.waitFor(reply, (texts) => /w20 /.test(last(texts)));
  await chat.page.evaluate(async () => {
    const running = globalThis.chat.timeline?.messages.at(-1);
    if (running?.id) await globalThis.chat.timeline?.stop(running.id);
  });
  await until(
    () => chat.attribute(`${rows}:last-child`, 'data-status'),
    (status) => status === 'CANCELLED',
  );
}, 120_000);

test('a sign-in that ended says so in the timeline, and everything goes on after the next one', async () => {
  const conversationId = await stand.ada.createConversation({ title: 'Before' });
  const key = await stand.ada.createApiKey();
  await using chat = await stand.openPage(key.secret);
  await chat.show({ conversationId, list: {}, account: true });
  await chat.waitFor('#timeline[data-state=ready]', (found) => found.length === 1);
  await chat.page.evaluate(() => void globalThis.chat.send?.send('script: tokens=400 pace=20'));
  await chat.waitFor(reply, (texts) => /w5 /.test(last(texts)));
  await key.revoke();
  await until(
    () => chat.attribute('#timeline', 'data-error'),
    (code) => code === 'UNAUTHENTICATED',
  );
  const rename = 'mutation($id: ID!) { updateConversation(id: $id, input: { title: "After" }) { id } }';
  await stand.ada.query(z.unknown(), rename, { id: conversationId });
  await chat.page.evaluate((token) => {
    globalThis.chat.token = token;
    globalThis.chat.signedIn?.();
  }, stand.ada.token);
  await chat.waitFor(`#list li[data-id="${conversationId}"]`, (texts) => texts[0] === 'After');
  await chat.waitFor('#title', (texts) => texts[0] === 'After');
  await chat.waitFor(reply, (texts) => last(texts) === textOf(400));
  expect(await chat.attribute('#timeline', 'data-error')).toBe(null);
}, 120_000);

const questionsIn = async (conversationId: string): Promise<readonly string[]> => {
  const shape = z.object({
    conversation: z.object({
      messages: z.object({ edges: z.array(z.object({ node: z.object({ role: z.string(), content: z.string() }) })) }),
    }),
  });
  const query = 'query($id: ID!) { conversation(id: $id) { messages(last: 50) { edges { node { role content } } } } }';
  const { conversation } = await stand.ada.query(shape, query, { id: conversationId });
  return conversation.messages.edges.flatMap(({ node }) => (node.role === 'USER' ? [node.content] : []));
};

test('a refused send keeps its text, also through a reload, and a retry sends it once', async () => {
  const conversationId = await stand.ada.createConversation();
  const running = await stand.ada.send(conversationId, 'script: tokens=3000 pace=20');
  await using chat = await stand.openPage();
  await chat.show({ conversationId });
  await chat.waitFor(rows, (texts) => texts.length === 2);
  const outcome = await chat.page.evaluate(() => globalThis.chat.send?.send('script: tokens=3'));
  expect(outcome).toMatchObject({ kind: 'refused', content: 'script: tokens=3' });
  expect(await chat.attribute('#unsent li', 'data-code')).toBe('CONVERSATION_BUSY');
  expect(await chat.texts(rows)).toHaveLength(2);

  await chat.reload({ conversationId });
  await chat.waitFor('#unsent li', (texts) => texts[0] === 'script: tokens=3');
  const stop = 'mutation($id: ID!) { stopGeneration(messageId: $id) { id } }';
  await stand.ada.query(z.unknown(), stop, { id: running.assistantMessage.id });
  await until(
    () => chat.attribute(`${rows}:nth-child(2)`, 'data-status'),
    (status) => status === 'CANCELLED',
  );
  const retried = await chat.page.evaluate(async () => {
    const [unsent] = globalThis.chat.send?.unsent ?? [];
    return unsent && (await globalThis.chat.send?.retry(unsent));
  });
  expect(retried).toMatchObject({ kind: 'started', turn: { replayed: false } });
  await chat.waitFor(reply, (texts) => last(texts) === textOf(3));
  expect(await chat.texts('#unsent li')).toEqual([]);
  expect((await questionsIn(conversationId)).filter((text) => text === 'script: tokens=3')).toHaveLength(1);
});

test.each([
  ['whose response never came', true],
  ['that never arrived', false],
])('a send %s is the same send after a reload', async (_, arrives) => {
  const conversationId = await stand.ada.createConversation();
  await using chat = await stand.openPage();
  await chat.show({ conversationId });
  await chat.waitFor('#timeline[data-state=ready]', (found) => found.length === 1);
  const sent = Promise.withResolvers<void>();
  await chat.page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('mutation SendMessage')) return route.continue();
    if (arrives) await route.fetch();
    sent.resolve();
    return undefined;
  });
  await chat.page.evaluate(() => void globalThis.chat.send?.send('script: tokens=3'));
  await sent.promise;
  await chat.page.unroute('**/graphql');
  await chat.reload({ conversationId });
  await chat.waitFor(reply, (texts) => last(texts) === textOf(3));
  await until(
    () => chat.page.evaluate(() => globalThis.chat.send?.isSending),
    (isSending) => isSending === false,
  );
  expect(await chat.texts('#unsent li')).toEqual([]);
  expect(await questionsIn(conversationId)).toEqual(['script: tokens=3']);
});
