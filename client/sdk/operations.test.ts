/** The SDK's own operations against a whole Parlance: what lists, timelines and branches are made of. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { textOf } from '../../tests/scripted-provider/script.ts';
import type { TestClient } from '../../tests/support/client.ts';
import type { Parlance } from '../../tests/support/parlance.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';
import {
  ConversationsDocument,
  createId,
  createParlanceClient,
  FileDocument,
  ModelsDocument,
  type ParlanceClient,
  QuotaDocument,
  RoutingPoliciesDocument,
  SearchMessagesDocument,
  SelectBranchDocument,
  TimelineDocument,
  TypedDocumentString,
  ViewerDocument,
} from './index.ts';
import { watch } from './watch-views.fixture.ts';

let parlance: Parlance;
let ada: TestClient;
let client: ParlanceClient;
beforeAll(async () => {
  parlance = await startStandalone();
  ada = await parlance.as('ada');
  client = createParlanceClient({ url: parlance.url, auth: ada.token, webSocketImpl: WebSocket });
});
afterAll(async () => {
  client.close();
  await parlance[Symbol.asyncDispose]();
});

const timelineOf = async (id: string) => {
  const { conversation } = await client.query(TimelineDocument, { id, last: 25 });
  return (conversation?.messages.edges ?? []).map(({ node }) => node);
};

test('an edit and a regeneration are branches, whose replies are followed as those of sends are', async () => {
  const conversationId = await ada.createConversation();
  const sent = client.send({ conversationId, content: 'script: tokens=3' });
  await watch(sent);
  const { userMessage } = await sent.turn;

  const again = client.regenerate({ messageId: sent.messageId });
  expect((await watch(again)).text).toBe(textOf(3));
  const [question, reply] = await timelineOf(conversationId);
  expect(question?.id).toBe(userMessage.id);
  expect(reply).toMatchObject({ id: again.messageId, siblings: [{ id: sent.messageId }, { id: again.messageId }] });

  const edited = client.edit({ messageId: userMessage.id, content: 'script: tokens=5' });
  expect((await watch(edited)).text).toBe(textOf(5));
  const changed = await timelineOf(conversationId);
  expect(changed.map(({ content }) => content)).toEqual(['script: tokens=5', textOf(5)]);
  expect(changed[0]?.siblings).toHaveLength(2);

  const { selectBranch } = await client.mutate(SelectBranchDocument, { messageId: again.messageId, last: 25 });
  expect(selectBranch.messages.edges.map(({ node }) => node.id)).toEqual([userMessage.id, again.messageId]);
});

test('an edit that is repeated with its key is one edit', async () => {
  const conversationId = await ada.createConversation();
  const sent = client.send({ conversationId, content: 'script: tokens=1' });
  await watch(sent);
  const ids = { idempotencyKey: createId(), replyId: createId() };
  const options = { ...ids, messageId: (await sent.turn).userMessage.id, content: 'script: tokens=2' };
  await watch(client.edit(options));
  const second = client.edit(options);
  expect((await watch(second)).text).toBe(textOf(2));
  expect((await second.turn).replayed).toBe(true);
});

test('the quota is announced when a send has changed it', async () => {
  const { quota } = await client.query(QuotaDocument, {});
  const notices = client.quotaChanged();
  let isAnnounced = false;
  const announced = (async () => {
    for await (const notice of notices) {
      // Those of earlier sends may still come.
      if (notice.kind === 'CHANGED' && notice.quota.day.usedTokens > quota.day.usedTokens) break;
    }
    isAnnounced = true;
  })();
  // Nothing reports that a subscription is in force, so this sends until it is.
  while (!isAnnounced)
    await watch(client.send({ conversationId: await ada.createConversation(), content: 'script: tokens=1' }));
  await announced;
});

test('the operations of lists, searches, models and accounts have results', async () => {
  const conversationId = await ada.createConversation({ title: 'Zebras' });
  await watch(client.send({ conversationId, content: 'script: tokens=1\nWhat is an okapi?' }));
  const page = await client.query(ConversationsDocument, { first: 1, filter: { titleContains: 'zebra' } });
  expect(page.conversations.edges[0]?.node).toMatchObject({ id: conversationId, head: { status: 'COMPLETED' } });
  const found = await client.query(SearchMessagesDocument, { query: 'okapi', first: 5 });
  expect(found.searchMessages.edges[0]?.node).toMatchObject({
    snippet: expect.stringContaining('<mark>okapi</mark>'),
    message: { role: 'USER', conversation: { title: 'Zebras' } },
  });
  expect((await client.query(ModelsDocument, { onlyUsable: true })).models).not.toEqual([]);
  expect((await client.query(RoutingPoliciesDocument, {})).routingPolicies).toEqual(expect.any(Array));
  expect(await client.query(ViewerDocument, {})).toMatchObject({ viewer: { role: 'USER' }, tenant: { name: 'acme' } });
});

test('a read resolves with what there is, and with the errors of the rest', async () => {
  const document = new TypedDocumentString<{ viewer: { id: string }; tenant: unknown }, Record<string, never>>(
    'query { viewer { id } tenant { budget { spentUsd } } }',
  );
  await expect(client.query(document, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const { data, errors } = await client.read(document, {});
  expect(data.viewer.id).toEqual(expect.any(String));
  expect(errors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
});

test('a file is attached with its progress, and sent by its id', async () => {
  const seen: string[] = [];
  const content = new Blob(['The okapi lives in the Ituri forest.'], { type: 'text/plain' });
  const upload = client.attach(content, { name: 'okapi.txt', onProgress: ({ stage }) => seen.push(stage) });
  const file = await upload.file;
  expect(file).toMatchObject({ name: 'okapi.txt', status: 'READY', kind: 'TEXT', textLength: 36, failure: null });
  expect(seen.filter((stage, index) => stage !== seen[index - 1])).toEqual([
    ...['PREPARING', 'UPLOADING', 'PROCESSING', 'DONE'],
  ]);
  const conversationId = await ada.createConversation();
  await watch(client.send({ conversationId, content: 'script: tokens=2', attachmentIds: [file.id] }));
  const [question] = await timelineOf(conversationId);
  expect(question?.attachmentIds).toEqual([file.id]);
  const scan = await client.attach(new Blob([' ']), { name: 'blank.txt' }).file;
  expect(scan).toMatchObject({ status: 'FAILED', failure: { code: 'NO_TEXT' } });
  const nameless = client.attach(content, { name: ' ' });
  await expect(nameless.file).rejects.toMatchObject({ code: 'BAD_USER_INPUT', argument: 'name' });
});

test('an upload that is interrupted goes on as the same file, and one that is cancelled is deleted', async () => {
  const created: string[] = [];
  const sent = { count: 0 };
  const gate = Promise.withResolvers<void>();
  const interrupting = createParlanceClient({
    url: parlance.url,
    auth: ada.token,
    webSocketImpl: WebSocket,
    async fetch(input, init) {
      if (init?.method === 'PUT') {
        sent.count += 1;
        if (sent.count === 1) gate.resolve();
        // The first one never gets through.
        if (sent.count === 1)
          return await new Promise((_, reject) =>
            init.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
          );
      }
      const response = await fetch(input, init);
      const body: unknown = await response
        .clone()
        .json()
        .catch(() => undefined);
      const id = /"createFile":\{"file":\{"id":"([^"]+)"/.exec(JSON.stringify(body))?.[1];
      if (id !== undefined) created.push(id);
      return response;
    },
  });
  const stages: string[] = [];
  const upload = interrupting.attach(new Blob(['words']), {
    name: 'a.txt',
    onProgress: ({ stage }) => stages.push(stage),
  });
  await gate.promise;
  upload.pause();
  expect(stages.at(-1)).toBe('PAUSED');
  upload.resume();
  const { id, status } = await upload.file;
  expect([status, created, sent.count]).toEqual(['READY', [id], 2]);

  sent.count = 0;
  const unwanted = interrupting.attach(new Blob(['other words']), { name: 'b.txt' });
  await expect.poll(() => sent.count).toBe(1);
  unwanted.cancel();
  await expect(unwanted.file).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
  const gone = created.at(-1) ?? '';
  expect(gone).not.toBe(id);
  await expect.poll(async () => (await client.query(FileDocument, { id: gone })).file).toBeNull();
  interrupting.close();
});
