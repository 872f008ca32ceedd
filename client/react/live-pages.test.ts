/** The hooks in Chromium: branches, search, pages, quotas, and what they ask of the server. */
import type { Request, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '../../tests/scripted-provider/script.ts';
import { until } from '../../tests/support/until.ts';
import { type ChatPage, type ChatStand, startChatStand } from './chat-stand.fixture.ts';

let stand: ChatStand;
beforeAll(async () => {
  stand = await startChatStand();
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
});

const last = (texts: readonly string[]): string => texts.at(-1) ?? '';
const rows = '#timeline li';
const isOperation = (request: Request, name: string): boolean => request.postData()?.includes(` ${name}(`) ?? false;

const waitForLast = (chat: ChatPage, name: string, wanted: string): Promise<string | null> =>
  until(
    () => chat.attribute(`${rows}:last-child`, name),
    (value) => value === wanted,
  );

/** Until the subscription of a page with a timeline is surely in force: until then, changes may have been missed. */
const untilInForce = (chat: ChatPage): Promise<string[]> =>
  until(
    async () => chat.operations.filter((name) => /^Conversation(Version)?$/.test(name)).toSorted(),
    (names) => names.join(' ') === 'Conversation Conversation ConversationVersion',
  );

test('another reply, another wording and the selection of branches show on both pages, with their places', async () => {
  const conversationId = await stand.ada.createConversation();
  await stand.ada.converse(conversationId, 'script: tokens=2');
  await using one = await stand.openPage();
  await using other = await stand.openPage();
  const both = [one, other];
  for (const page of both) {
    await page.show({ conversationId });
    await page.waitFor(rows, (texts) => texts.length === 2);
  }
  await one.page.evaluate(() => {
    const reply = globalThis.chat.timeline?.messages.at(-1)?.id ?? '';
    void globalThis.chat.timeline?.regenerate(reply);
  });
  for (const page of both) {
    await waitForLast(page, 'data-place', '2/2');
    await waitForLast(page, 'data-status', 'COMPLETED');
    expect(await page.texts(rows)).toEqual(['script: tokens=2', textOf(2)]);
  }
  await other.page.evaluate(() => {
    const [first = ''] = globalThis.chat.timeline?.messages.at(-1)?.siblingIds ?? [];
    return globalThis.chat.timeline?.select(first);
  });
  for (const page of both) await waitForLast(page, 'data-place', '1/2');

  await other.page.evaluate(() => {
    const question = globalThis.chat.timeline?.messages[0]?.id ?? '';
    void globalThis.chat.timeline?.edit(question, 'script: tokens=4');
  });
  for (const page of both) {
    await page.waitFor(rows, (texts) => texts[0] === 'script: tokens=4' && texts[1] === textOf(4));
    expect(await page.attribute(`${rows}:first-child`, 'data-place')).toBe('2/2');
  }
  await one.page.evaluate(() => {
    const [first = ''] = globalThis.chat.timeline?.messages[0]?.siblingIds ?? [];
    return globalThis.chat.timeline?.select(first);
  });
  for (const page of both) await page.waitFor(rows, (texts) => texts[0] === 'script: tokens=2' && texts.length === 2);
});

test('a response that comes late does not bring back a branch that was left meanwhile', async () => {
  const conversationId = await stand.ada.createConversation();
  const { turn } = await stand.ada.converse(conversationId, 'script: tokens=2');
  await using chat = await stand.openPage();
  await chat.show({ conversationId });
  await chat.waitFor(rows, (texts) => texts.length === 2);
  const held = Promise.withResolvers<Route>();
  await chat.page.route('**/graphql', (route) => {
    if (!isOperation(route.request(), 'TurnOfReply')) return route.continue();
    held.resolve(route);
    return undefined;
  });
  await chat.page.evaluate(() => {
    const reply = globalThis.chat.timeline?.messages.at(-1)?.id ?? '';
    void globalThis.chat.timeline?.regenerate(reply);
  });
  const route = await held.promise;
  const select = 'mutation($id: ID!) { selectBranch(messageId: $id) { id } }';
  await stand.ada.query(z.unknown(), select, { id: turn.assistantMessage.id });
  await waitForLast(chat, 'data-place', '1/2');
  const late = chat.page.waitForResponse((response) => isOperation(response.request(), 'TurnOfReply'));
  await route.continue();
  await late;
  await chat.page.evaluate(() => new Promise(requestAnimationFrame));
  expect(await chat.attribute(`${rows}:last-child`, 'data-place')).toBe('1/2');
});

test('a change that is delivered so late that it brings the next one does not hide it', async () => {
  const conversationId = await stand.ada.createConversation();
  const { turn } = await stand.ada.converse(conversationId, 'script: tokens=2');
  await using chat = await stand.openPage();
  let late = 0;
  // Ahead of each change comes one that was made before it and is resolved after it: both bring the same conversation.
  await chat.page.routeWebSocket('**/graphql', (socket) => {
    socket.connectToServer().onMessage((message) => {
      const text = String(message);
      const earlier = text.replace(/"(BRANCH_SELECTED|UPDATED)"/, '"MESSAGE_FINISHED"');
      if (earlier !== text) {
        late += 1;
        socket.send(earlier);
      }
      socket.send(message);
    });
  });
  await chat.page.reload();
  await chat.show({ conversationId });
  await untilInForce(chat);
  await chat.waitFor(rows, (texts) => texts.length === 2);
  const regenerate =
    'mutation($input: RegenerateMessageInput!) { regenerateMessage(input: $input) { assistantMessage { id } } }';
  await stand.ada.query(z.unknown(), regenerate, {
    input: { messageId: turn.assistantMessage.id, idempotencyKey: crypto.randomUUID() },
  });
  await waitForLast(chat, 'data-place', '2/2');
  await waitForLast(chat, 'data-status', 'COMPLETED');
  const select = 'mutation($id: ID!) { selectBranch(messageId: $id) { id } }';
  await stand.ada.query(z.unknown(), select, { id: turn.assistantMessage.id });
  await waitForLast(chat, 'data-place', '1/2');
  const update = 'mutation($id: ID!) { updateConversation(id: $id, input: { systemPrompt: "Be brief." }) { id } }';
  await stand.ada.query(z.unknown(), update, { id: conversationId });
  await chat.waitFor('#title[data-instructions="Be brief."]', (found) => found.length === 1);
  expect(late).toBe(2);
});

test('an edit that is refused leaves the branch as it was, and keeps the wording', async () => {
  const conversationId = await stand.ada.createConversation();
  await stand.ada.converse(conversationId, 'script: tokens=2');
  const running = await stand.ada.send(conversationId, 'script: tokens=3000 pace=20');
  await using chat = await stand.openPage();
  await chat.show({ conversationId });
  await chat.waitFor(rows, (texts) => texts.length === 4 && last(texts) !== '');
  const outcome = await chat.page.evaluate(() => {
    const question = globalThis.chat.timeline?.messages[0]?.id ?? '';
    return globalThis.chat.timeline?.edit(question, 'Other words');
  });
  expect(outcome).toMatchObject({ kind: 'refused', content: 'Other words' });
  expect(await chat.attribute('#unsent li', 'data-code')).toBe('CONVERSATION_BUSY');
  expect((await chat.texts(rows)).slice(0, 2)).toEqual(['script: tokens=2', textOf(2)]);
  expect(await chat.texts('#unsent li')).toEqual(['Other words']);
  await chat.page.evaluate((id) => globalThis.chat.timeline?.stop(id), running.assistantMessage.id);
  await waitForLast(chat, 'data-status', 'CANCELLED');
});

test('a search that is typed fast shows the hits of the last text, also when an earlier response comes last', async () => {
  const conversationId = await stand.ada.createConversation({ title: 'Animals' });
  await stand.ada.converse(conversationId, 'script: tokens=1\nThe aardvark digs.');
  await stand.ada.converse(conversationId, 'script: tokens=1\nThe bonobo climbs.');
  await using chat = await stand.openPage();
  const held: Route[] = [];
  const isHeld = Promise.withResolvers<void>();
  await chat.page.route('**/graphql', (route) => {
    if (!isOperation(route.request(), 'SearchMessages') || !route.request().postData()?.includes('aardvark'))
      return route.continue();
    held.push(route);
    isHeld.resolve();
    return undefined;
  });
  await chat.show({ search: 'aardvark' });
  await isHeld.promise;
  for (const text of ['b', 'bo', 'bon', 'bono', 'bonob', 'bonobo']) await chat.show({ search: text });
  await chat.waitFor('#found li', (texts) => texts.length === 1 && (texts[0] ?? '').includes('<mark>bonobo</mark>'));
  const late = chat.page.waitForResponse((response) => isOperation(response.request(), 'SearchMessages'));
  for (const route of held) await route.continue();
  await late;
  await chat.page.evaluate(() => new Promise(requestAnimationFrame));
  expect(await chat.attribute('#found', 'data-text')).toBe('bonobo');
  expect(await chat.texts('#found li')).toHaveLength(1);
  // The held one, the last one, and at most one in between where the machine was slow.
  expect(chat.operations.filter((name) => name === 'SearchMessages').length).toBeLessThanOrEqual(3);
  await chat.show({ search: '' });
  await chat.waitFor('#found li', (texts) => texts.length === 0);
});

test('pages of lists and timelines join without gaps, and what is held is not read again', async () => {
  const grace = await stand.parlance.as('grace');
  const ids: string[] = [];
  for (let index = 0; index < 7; index += 1) ids.unshift(await grace.createConversation({ title: `Title ${index}` }));
  const [newest = ''] = ids;
  for (let turn = 0; turn < 27; turn += 1) await grace.converse(newest, `script: tokens=1\n${turn}`);
  await using chat = await stand.openPage(grace.token);
  await chat.show({ list: { pageSize: 3 }, conversationId: newest });
  await chat.waitFor('#list li', (texts) => texts.length === 3);
  for (const count of [6, 7]) {
    await chat.page.evaluate(() => globalThis.chat.list?.loadMore());
    await chat.waitFor('#list li', (texts) => texts.length === count);
  }
  const listed = await chat.page.evaluate(() => globalThis.chat.list?.conversations.map(({ id }) => id));
  expect(listed).toEqual(ids);
  expect(await chat.attribute('#list', 'data-more')).toBe('false');

  await chat.waitFor(rows, (texts) => texts.length === 50);
  await chat.page.evaluate(() => globalThis.chat.timeline?.loadOlder());
  const texts = await chat.waitFor(rows, (shown) => shown.length === 54);
  const questions = texts.filter((_, index) => index % 2 === 0).map((text) => Number(text.split('\n')[1]));
  expect(questions).toEqual(Array.from({ length: 27 }, (_, index) => index));
  expect(await chat.attribute('#timeline', 'data-older')).toBe('false');

  await untilInForce(chat);
  await chat.page.evaluate(() => new Promise(requestAnimationFrame));
  await chat.waitFor('#list li', (titles) => titles.length === 7);
  const asked = chat.operations.length;
  await chat.show({ list: { pageSize: 3 }, conversationId: ids[1] });
  await chat.waitFor('#title', (titles) => titles[0] === 'Title 5');
  await chat.waitFor('#timeline[data-state=ready]', (found) => found.length === 1);
  const read = chat.operations.slice(asked).toSorted();
  expect(read).toEqual(['Conversation', 'Timeline']);
  await chat.show({ list: { pageSize: 3 }, conversationId: newest });
  await chat.waitFor(rows, (shown) => shown.length === 54);
  await chat.show({ list: { pageSize: 3 }, conversationId: ids[1] });
  await chat.waitFor('#timeline li', (shown) => shown.length === 0);
  // Whatever the pages had asked for would have a response before this.
  await chat.page.evaluate(() => globalThis.chat.timeline?.refetch());
  expect(chat.operations.slice(asked).toSorted()).toEqual([...read, 'Timeline']);
}, 120_000);

test('a change that is refused shows no more', async () => {
  const conversationId = await stand.ada.createConversation({ title: 'Kept' });
  await using chat = await stand.openPage();
  await chat.show({ list: {} });
  const row = `#list li[data-id="${conversationId}"]`;
  await chat.waitFor(row, (texts) => texts[0] === 'Kept');
  const shown = await chat.page.evaluate(async (id) => {
    const refused = globalThis.chat.list?.rename(id, 'x'.repeat(201)).catch((error) => error.code);
    await new Promise(requestAnimationFrame);
    const text = document.querySelector(`#list li[data-id="${id}"]`)?.textContent;
    return [text, await refused];
  }, conversationId);
  expect(shown).toEqual(['x'.repeat(201), 'BAD_USER_INPUT']);
  await chat.waitFor(row, (texts) => texts[0] === 'Kept');
});

test('a filtered list takes in and lets go what another device changes', async () => {
  const conversationId = await stand.ada.createConversation({ title: 'Filtered' });
  await using pinned = await stand.openPage();
  await using found = await stand.openPage();
  await pinned.show({ list: { filter: { pinned: true } } });
  await found.show({ list: { search: 'FILT' } });
  const row = `#list li[data-id="${conversationId}"]`;
  await found.waitFor(row, (texts) => texts.length === 1);
  await pinned.waitFor('#list[data-state=ready]', (texts) => texts.length === 1);
  await found.page.evaluate((id) => globalThis.chat.list?.setPinned(id, true), conversationId);
  await pinned.waitFor(row, (texts) => texts.length === 1);
  await pinned.page.evaluate((id) => globalThis.chat.list?.rename(id, 'Else'), conversationId);
  await found.waitFor(row, (texts) => texts.length === 0);
  await found.page.evaluate((id) => globalThis.chat.list?.setArchived(id, true), conversationId);
  await pinned.waitFor(row, (texts) => texts.length === 0);
});

test('the quota moves with a send; a reply shows by itself; leaving the page ends every subscription', async () => {
  const conversationId = await stand.ada.createConversation();
  await stand.ada.converse(conversationId, 'script: tokens=2');
  await using chat = await stand.openPage();
  await chat.show({ conversationId, list: {}, account: true });
  await chat.waitFor('#account', (texts) => texts[0] === 'ada@acme.example');
  await chat.waitFor('#timeline[data-state=ready]', (found) => found.length === 1);
  const used = async (): Promise<number> => Number(await chat.attribute('#account', 'data-used'));
  const before = await until(used, (tokens) => tokens > 0);
  await chat.page.evaluate(() => void globalThis.chat.send?.send('script: tokens=3000 pace=20'));
  await until(used, (tokens) => tokens > before);
  await chat.waitFor('#timeline li[data-role=ASSISTANT]', (texts) => /w3 /.test(last(texts)));
  const id = await chat.page.evaluate(() => globalThis.chat.timeline?.messages.at(-1)?.id);
  await chat.show({ replyId: id });
  await chat.waitFor('#reply', (texts) => /w9 /.test(last(texts)));
  await until(stand.openSubscriptions, (open) => open === 1);
  await chat.page.evaluate(() => globalThis.leaveChat());
  await until(stand.openSubscriptions, (open) => open === 0);
  await stand.ada.ask('mutation($id: ID!) { stopGeneration(messageId: $id) { id } }', { id });
});
