import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fileKey } from '#contracts/blob-keys.ts';
import type { Identity } from '#contracts/identity.ts';
import { deleteConversation } from '../conversations/change-conversation.ts';
import { candidate, newIdentity } from '../conversations.fixture.ts';
import { type Conversation, ConversationEntity, type Message, MessageEntity } from '../entities.ts';
import { zipStream } from '../exports/zip-stream.ts';
import type { OwnFiles } from '../files/own-files.ts';
import { conversationRecordSchema } from '../transcripts/conversation-record.ts';
import { ImportedConversationEntity, type Transfer, TransferEntity } from '../transfer-entities.ts';
import { openTransferStand, type TransferStand } from '../transfers.fixture.ts';
import { requestImport } from './request-import.ts';

let stand: TransferStand;
beforeAll(async () => {
  stand = await openTransferStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const identity = (): Identity => stand.fixture.identity;
type Files = Pick<OwnFiles, 'find'>;
const ready: Files = { find: async (_, id) => ({ id, name: 'a.json', status: 'READY', createdAt: null }) };
/** Imports these bytes, and returns the import when it has ended. */
const importBytes = async (bytes: Buffer, files: Files = ready): Promise<Transfer> => {
  const fileId = uuidv7();
  await stand.blobs.put(fileKey({ tenantId: identity().tenantId, fileId }), bytes, 'application/json');
  return stand.ended(await requestImport({ ...stand.services, files }, identity(), fileId));
};
const importText = (text: string) => importBytes(Buffer.from(text));
const storedAs = async (sourceId: string): Promise<{ conversation: Conversation; messages: Message[] }> => {
  const { conversationId: id } = await stand.em().findOneOrFail(ImportedConversationEntity, { sourceId });
  const conversation = await stand.em().findOneOrFail(ConversationEntity, { id });
  const order = { orderBy: { depth: 'asc' as const, createdAt: 'asc' as const, id: 'asc' as const } };
  return { conversation, messages: await stand.em().find(MessageEntity, { conversationId: id }, order) };
};

const turn = (id: string, [parent, role]: readonly [string, string], text: string, at: number) => ({
  [id]: {
    ...{ id, parent, children: [] },
    message: {
      ...{ id, author: { role }, create_time: at, status: 'finished_successfully', recipient: 'all' },
      ...{ content: { content_type: 'text', parts: [text] }, metadata: { model_slug: 'gpt-4o' } },
    },
  },
});
const chatgpt = (sourceId: string, question = 'Why?', more: object = {}) => ({
  ...{
    conversation_id: sourceId,
    title: `Title of ${sourceId}`,
    create_time: 1_700_000_000,
    update_time: 1_700_000_900,
  },
  mapping: {
    root: { id: 'root', parent: null, children: ['u'], message: null },
    ...turn('u', ['root', 'user'], question, 1_700_000_100),
    ...turn('a', ['u', 'assistant'], 'Because.', 1_700_000_200),
    ...turn('b', ['u', 'assistant'], 'For no reason.', 1_700_000_300),
    ...turn('u2', ['b', 'user'], 'Really?', 1_700_000_250),
  },
  current_node: 'u2',
  ...more,
});

describe('an import', () => {
  test('stores conversations with their branches and times, as their owner’s, and doubles none', async () => {
    const [one, other] = [uuidv7(), uuidv7()];
    const file = JSON.stringify([chatgpt(one), chatgpt(other), { title: 'Corrupted', conversation_id: 'x' }]);
    const first = await importText(file);
    expect(first).toMatchObject({
      ...{ status: 'READY', done: 3, total: 3 },
      report: {
        ...{ source: 'CHATGPT', conversations: 2, messages: 8 },
        leftOut: [{ reason: 'UNREADABLE', count: 1, example: 'Corrupted' }],
      },
    });
    const { conversation, messages } = await storedAs(one);
    const [question, reply, version, second] = messages;
    expect(messages.map(({ content }) => content)).toEqual(['Why?', 'Because.', 'For no reason.', 'Really?']);
    expect([reply?.parentId, version?.parentId, second?.parentId]).toEqual([question?.id, question?.id, version?.id]);
    expect([reply?.branchId, version?.branchId, second?.branchId]).toEqual([question?.id, version?.id, version?.id]);
    expect(conversation).toMatchObject({ headId: second?.id, ownerId: identity().userId, title: `Title of ${one}` });
    expect(conversation.createdAt.toISOString()).toBe('2023-11-14T22:13:20.000Z');
    // No message is older than what it follows, whatever the source says.
    expect(second?.createdAt).toEqual(version?.createdAt);
    expect(version).toMatchObject({ modelId: 'gpt-4o', generation: null, status: 'COMPLETED' });

    const again = await importText(file);
    expect(again.report).toMatchObject({
      ...{ conversations: 0, messages: 0 },
      leftOut: [{ reason: 'ALREADY_IMPORTED', count: 2, example: `Title of ${one}` }, { reason: 'UNREADABLE' }],
    });
    expect(await stand.em().count(MessageEntity, { conversationId: conversation.id })).toBe(4);
    await deleteConversation(stand.services, identity(), conversation.id);
    expect((await importText(file)).report).toMatchObject({ conversations: 1 });
  });

  test('reads archives: ChatGPT’s, and ours', async () => {
    const archive = async (name: string, text: string): Promise<Buffer> => {
      async function* entries() {
        yield { name: 'chat.html', at: new Date(), chunks: Readable.from(['<html>']) };
        yield { name, at: new Date(), chunks: Readable.from([text]) };
      }
      return buffer(zipStream(entries()));
    };
    const text = JSON.stringify([chatgpt(uuidv7())]);
    for (const name of ['conversations.json', 'export/conversations-001.json', 'conversations/0001.json']) {
      const done = await importBytes(await archive(name, name.endsWith('0001.json') ? '[]' : text));
      expect([name, done.status]).toEqual([name, name.endsWith('0001.json') ? 'FAILED' : 'READY']);
    }
    const unknown = await importBytes(await archive('other.json', text));
    expect(unknown).toMatchObject({ status: 'FAILED', failure: { code: 'BAD_USER_INPUT' } });
  });

  test.each([
    ['a picture', '\u0089PNG'],
    ['a text', 'Dear diary'],
    ['an empty file', ''],
    ['JSON without conversations', '[]'],
    ['a broken archive', 'PK\u0003\u0004 and nothing more'],
  ])('of %s fails, and says so', async (_, text) => {
    expect(await importText(text)).toMatchObject({ status: 'FAILED', failure: { code: 'BAD_USER_INPUT' } });
  });

  test('has every text screened: a message that is blocked leaves its place only', async () => {
    const sourceId = uuidv7();
    const done = await importText(JSON.stringify([chatgpt(sourceId, 'These are forbidden words.')]));
    expect(done.report).toMatchObject({ conversations: 1, leftOut: [{ reason: 'BLOCKED', count: 1 }] });
    const { messages } = await storedAs(sourceId);
    expect(messages[0]).toMatchObject({ status: 'BLOCKED', content: '' });
    expect(messages[1]).toMatchObject({ status: 'COMPLETED', content: 'Because.' });
  });

  test('cuts what is longer than a message may be, and stores no U+0000', async () => {
    const sourceId = uuidv7();
    const done = await importText(JSON.stringify([chatgpt(sourceId, `a\0b\ud800${'x'.repeat(2_000)}`)]));
    expect(done.report?.leftOut).toEqual([{ reason: 'TEXT_TOO_LONG', count: 1, example: `Title of ${sourceId}` }]);
    expect((await storedAs(sourceId)).messages[0]?.content).toMatch(/^ab\ufffdx{997}$/);
  });

  test('goes on where a killed process stopped, and counts each conversation once', async () => {
    const [one, other] = [uuidv7(), uuidv7()];
    const fileId = uuidv7();
    const key = fileKey({ tenantId: identity().tenantId, fileId });
    await stand.blobs.put(key, Buffer.from(JSON.stringify([chatgpt(one)])), 'x');
    const requested = await requestImport({ ...stand.services, files: ready }, identity(), fileId);
    const first = await stand.ended(requested);
    await stand.blobs.put(key, Buffer.from(JSON.stringify([chatgpt(one), chatgpt(other)])), 'x');
    const dead = { status: 'RUNNING' as const, holder: uuidv7(), leasedUntil: new Date(Date.now() - 1) };
    await stand.em().nativeUpdate(TransferEntity, { id: first.id }, dead);
    const second = await stand.ended(requested);
    expect(second.report).toMatchObject({ conversations: 2, messages: 8, leftOut: [] });
  });

  test('is of a file of one’s own that is READY, one at a time', async () => {
    const request = (files: Files, as = identity()) => requestImport({ ...stand.services, files }, as, uuidv7());
    const missing = { find: async () => null };
    await expect(request(missing)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const failed: Files = { find: async (_, id) => ({ id, name: 'a.json', status: 'FAILED', createdAt: null }) };
    await expect(request(failed)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', argument: 'fileId' });
    const as = { ...newIdentity(), tenantId: identity().tenantId };
    await request(ready, as);
    await expect(request(ready, as)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await stand.em().nativeDelete(TransferEntity, { userId: as.userId });
  });
});

/** A conversation without what is new in each: ids by their places, and what only the original has. */
const comparable = (record: z.infer<typeof conversationRecordSchema>) => {
  const places = new Map(record.messages.map(({ id }, at) => [id, at]));
  const placeOf = (id: string | null | undefined) => (id == null ? null : places.get(id));
  const { id: _, headId, messages, ...head } = record;
  return {
    ...{ ...head, head: placeOf(headId) },
    messages: messages.map(({ id: __, parentId, usage: ___, routing: ____, responseFormat: _____, ...message }) => ({
      ...message,
      parent: placeOf(parentId),
      // The fixture's questions have none; those of people do.
      completedAt: message.completedAt ?? message.createdAt,
    })),
  };
};
const exported = z.object({ conversations: z.array(conversationRecordSchema).length(1) });

test('what is exported and imported is the same conversation', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((one) => !one.includes('\0'));
  const shape = fc.record({
    /** Which message each turn follows, and what is in it. */
    turns: fc.array(fc.record({ above: fc.nat(20), question: text, reply: text, reasoning: fc.option(text) }), {
      ...{ minLength: 1, maxLength: 6 },
    }),
    title: fc.option(text),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ turns, title }) => {
      const conversation = await stand.fixture.conversation();
      const replies: Message[] = [];
      for (const { above, question, reply, reasoning } of turns) {
        const parent = replies.length === 0 ? undefined : replies[above % (replies.length + 1)];
        const change = { content: reply, reasoning, modelId: candidate.modelId, completedAt: new Date() };
        replies.push((await stand.fixture.turn(conversation, parent, question, change)).reply);
      }
      const change = { title, pinned: true, modelPolicy: 'fast', systemPrompt: 'Be kind.' };
      await stand.em().nativeUpdate(ConversationEntity, { id: conversation.id }, change);
      const original = await stand.contentOf(await stand.ended(await stand.request(conversation, 'JSON')));
      await stand.em().nativeUpdate(ConversationEntity, { id: conversation.id }, { ownerId: uuidv7() });
      const done = await importText(original);
      expect(done.report).toMatchObject({ conversations: 1, messages: turns.length * 2, leftOut: [] });
      const { conversation: copy } = await storedAs(conversation.id);
      const again = await stand.contentOf(await stand.ended(await stand.request(copy, 'JSON')));
      const [one, other] = [original, again].map((content) => exported.parse(JSON.parse(content)).conversations[0]);
      if (!one || !other) throw new Error('there is one');
      expect(comparable(other)).toEqual(comparable(one));
      // So that the user has no more exports than one may have.
      await stand.em().nativeDelete(TransferEntity, { kind: 'CONVERSATION_EXPORT' });
    }),
    { numRuns: 12 },
  );
});
