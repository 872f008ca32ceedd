import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { deleteConversation } from '../conversations/change-conversation.ts';
import { candidate, newIdentity } from '../conversations.fixture.ts';
import { ConversationEntity, MessageEntity } from '../entities.ts';
import { readArchive } from '../read-archive.fixture.ts';
import { conversationRecordSchema } from '../transcripts/conversation-record.ts';
import { TransferEntity } from '../transfer-entities.ts';
import { exportKinds, findTransfer } from '../transfers/transfer-access.ts';
import { openTransferStand, type TransferStand } from '../transfers.fixture.ts';
import { mostExports, requestDataExport } from './request-export.ts';
import { signExport } from './sign-export.ts';

let stand: TransferStand;
beforeAll(async () => {
  stand = await openTransferStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

describe('an exported conversation', () => {
  test('as JSON has the whole tree, with tool calls, reasoning and what replies cost', async () => {
    const { conversation, first, other, last, call } = await stand.branched();
    const done = await stand.ended(await stand.request(conversation, 'JSON'));
    expect(done).toMatchObject({
      status: 'READY',
      mediaType: 'application/json',
      fileName: 'Orders a b.json',
      done: 6,
    });
    const content = z
      .object({
        format: z.literal('parlance.conversations'),
        version: z.literal(1),
        conversations: z.array(z.unknown()),
      })
      .parse(JSON.parse(await stand.contentOf(done)));
    const record = conversationRecordSchema.parse(content.conversations[0]);
    expect(record).toMatchObject({ id: conversation.id, title: 'Orders: a/b', systemPrompt: 'Be brief.' });
    expect(record.headId).toBe(last.reply.id);
    const turns = [first, other, last].flatMap(({ question, reply }) => [question, reply]);
    expect(record.messages.map(({ id, parentId, content: said }) => [id, parentId, said])).toEqual(
      turns.map(({ id, parentId, content: said }) => [id, parentId ?? null, said]),
    );
    expect(record.messages.at(-1)).toMatchObject({
      ...{ reasoning: 'It has to be looked up.', toolCalls: [call], modelId: candidate.modelId },
      usage: { outputTokens: 2, costUsd: '0.000150' },
    });
    expect(await stand.contentOf(done)).not.toContain('whsec');
  });

  test('as Markdown and as a page has the current branch, then the others', async () => {
    const { conversation } = await stand.branched();
    for (const format of ['MARKDOWN', 'HTML'] as const) {
      const content = await stand.contentOf(await stand.ended(await stand.request(conversation, format)));
      const places = [
        'Be brief.',
        'first question',
        'second question',
        'Another branch, from message 3 on',
        'another way',
      ];
      const found = places.map((place) => content.indexOf(place));
      expect(
        found.toSorted((one, two) => one - two),
        format,
      ).toEqual(found);
      expect(found, format).not.toContain(-1);
      expect(content).toContain('Sent.');
      if (format === 'HTML') expect(content).not.toContain('<script');
    }
  });

  test('has what its replies cite and its questions carry, in every format', async () => {
    const { conversation, last } = await stand.branched();
    const file = { fileId: uuidv7(), name: 'price *list*.pdf', kind: 'DOCUMENT' as const, textLength: 9 };
    const passage = { index: 1, fileId: file.fileId, fileName: file.name, page: 3, heading: '', text: 'It costs 7.' };
    const unused = { ...passage, index: 2, text: 'Nobody cites this.' };
    const generation = last.reply.generation;
    if (!generation) throw new Error('a reply of the fixture has its generation');
    const retrieval = { passages: [passage, unused] };
    const content = 'Seven [1].';
    await stand
      .em()
      .nativeUpdate(MessageEntity, { id: last.reply.id }, { content, generation: { ...generation, retrieval } });
    await stand.em().nativeUpdate(MessageEntity, { id: last.question.id }, { attachments: [file] });
    const contentAs = async (format: 'JSON' | 'MARKDOWN' | 'HTML') =>
      stand.contentOf(await stand.ended(await stand.request(conversation, format)));
    const record = conversationRecordSchema.parse(JSON.parse(await contentAs('JSON')).conversations[0]);
    expect(record.messages.at(-1)?.citations).toEqual([
      { index: 1, fileId: file.fileId, fileName: file.name, page: 3, heading: '', quote: 'It costs 7.' },
    ]);
    const attached = { fileId: file.fileId, name: file.name, kind: 'DOCUMENT' };
    expect(record.messages.find(({ id }) => id === last.question.id)?.attachments).toEqual([attached]);
    const markdown = await contentAs('MARKDOWN');
    expect(markdown).toContain('\\[1\\] price \\*list\\*.pdf, page 3\n\n```\nIt costs 7.\n```');
    expect(markdown).toContain('Attached: price \\*list\\*.pdf');
    const page = await contentAs('HTML');
    expect(page).toContain('<summary>[1] price *list*.pdf, page 3</summary>\n<pre><code>It costs 7.</code>');
    expect(page).toContain('Attached: price *list*.pdf');
    expect([markdown, page].join()).not.toContain('Nobody cites this.');
  });

  test('for people is an archive with the files of its questions where they carry some', async () => {
    const { conversation, first, last } = await stand.branched();
    const attachment = (fileId: string, name: string) => ({ fileId, name, kind: 'DOCUMENT' as const, textLength: 9 });
    const carry = (id: string, attachments: readonly ReturnType<typeof attachment>[]) =>
      stand.em().nativeUpdate(MessageEntity, { id }, { attachments });
    const [own, lost] = [attachment(stand.file.id, 'report'), attachment(stand.lostFile.id, 'lost')];
    // The second one is somebody else's, or gone.
    await carry(first.question.id, [own, attachment(uuidv7(), 'foreign <b>')]);
    await carry(last.question.id, [own, lost]);
    const path = `files/${stand.file.id}/__report_ _1_.pdf`;
    const href = `files/${stand.file.id}/__report_%20_1_.pdf`;
    for (const [format, link, other] of [
      ['MARKDOWN', `[report](${href}), foreign \\<b\\>`, 'Orders a b.md'],
      ['HTML', `<a href="${href}">report</a>, foreign &lt;b&gt;`, 'Orders a b.html'],
    ] as const) {
      const done = await stand.ended(await stand.request(conversation, format));
      expect(done).toMatchObject({ status: 'READY', mediaType: 'application/zip', fileName: 'Orders a b.zip' });
      const entries = await readArchive(await stand.blobs.get(done.blobKey ?? ''));
      expect([...entries.keys()]).toEqual([other, path]);
      expect(entries.get(path)).toBe('the file');
      expect(entries.get(other)).toContain(link);
    }
    const json = await stand.ended(await stand.request(conversation, 'JSON'));
    expect(json.mediaType).toBe('application/json');
  });

  test('is its owner’s alone, and its URL is signed until it expires', async () => {
    const { conversation } = await stand.branched();
    const administrator = { ...newIdentity(), tenantId: stand.fixture.identity.tenantId, roles: ['ADMIN' as const] };
    for (const as of [newIdentity(), { ...newIdentity(), tenantId: stand.fixture.identity.tenantId }, administrator]) {
      await expect(stand.request(conversation, 'JSON', as)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const done = await stand.ended(await stand.request(conversation, 'JSON'));
    for (const as of [newIdentity(), administrator]) {
      expect(await findTransfer(stand.fixture.database, as, done.id, exportKinds)).toBeNull();
    }
    expect(await signExport(stand.blobs, done)).toContain('/blobs/');
    expect(await signExport(stand.blobs, { ...done, expiresAt: new Date(Date.now() - 1) })).toBeNull();
    expect(await signExport(stand.blobs, { ...done, status: 'EXPIRED' })).toBeNull();
  });

  test('comes to nothing when the conversation is deleted first', async () => {
    const { conversation } = await stand.branched();
    const requested = await stand.request(conversation, 'JSON');
    await deleteConversation(stand.services, stand.fixture.identity, conversation.id);
    expect(await stand.ended(requested)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'NOT_FOUND' },
      blobKey: null,
    });
  });

  test('is refused when there are too many', async () => {
    const as = newIdentity();
    const other = stand.fixture.database.forTenant(as.tenantId);
    const conversation = other.create(ConversationEntity, {
      ...{ id: uuidv7(), tenantId: as.tenantId, ownerId: as.userId, pinned: false, archived: false, legalHold: false },
      ...{ createdAt: new Date(), updatedAt: new Date() },
    });
    await other.flush();
    for (let made = 0; made < mostExports; made += 1) await stand.request(conversation, 'JSON', as);
    await expect(stand.request(conversation, 'JSON', as)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await stand.fixture.database.asSystem((system) => system.nativeDelete(TransferEntity, { tenantId: as.tenantId }));
  });
});

describe('everything that is a user’s', () => {
  test('is one archive: conversations, pages and files, and nothing of anybody else', async () => {
    const { conversation } = await stand.branched();
    const foreign = await stand.fixture.conversation();
    await stand.fixture.turn(foreign, undefined, 'somebody else’s');
    await stand.em().nativeUpdate(ConversationEntity, { id: foreign.id }, { ownerId: uuidv7() });
    const done = await stand.ended(await requestDataExport(stand.services, stand.fixture.identity, {}));
    expect(done).toMatchObject({ status: 'READY', mediaType: 'application/zip' });
    const entries = await readArchive(await stand.blobs.get(done.blobKey ?? ''));
    const names = [...entries.keys()];
    expect(names[0]).toBe('README.txt');
    expect(names.find((name) => name.endsWith(`${conversation.id}.html`))).toBeDefined();
    expect(entries.get(`files/${stand.file.id}/__report_ _1_.pdf`)).toBe('the file');
    expect(names.some((name) => name.includes(stand.lostFile.id))).toBe(false);
    const { account, apiKeys } = JSON.parse(entries.get('account.json') ?? '');
    expect([account.email, apiKeys]).toEqual(['ada@acme.example', [expect.objectContaining({ prefix: 'pk_1' })]]);
    const { id: collectionId, readers } = stand.own;
    expect(JSON.parse(entries.get('collections.json') ?? '').collections).toEqual([
      expect.objectContaining({
        ...{ id: collectionId, name: 'Manuals', readerIds: readers.map(({ id }) => id) },
        documents: [
          expect.objectContaining({ fileId: stand.file.id, name: `first of ${collectionId}` }),
          expect.objectContaining({ name: `second of ${collectionId}` }),
        ],
      }),
    ]);
    const all = [...entries.values()].join('\n');
    expect(all).toContain('second question');
    expect(all).not.toContain('somebody else’s');
    const records = z.object({ conversations: z.array(conversationRecordSchema) });
    const { conversations } = records.parse(JSON.parse(entries.get('conversations/0001.json') ?? ''));
    expect(conversations.map(({ id }) => id)).toContain(conversation.id);
  });

  test('is made once at a time', async () => {
    const [one, other] = await Promise.all([
      requestDataExport(stand.services, stand.fixture.identity, {}),
      requestDataExport(stand.services, stand.fixture.identity, {}),
    ]);
    expect(other.id).toBe(one.id);
    await stand.ended(one);
    expect((await requestDataExport(stand.services, stand.fixture.identity, {})).id).not.toBe(one.id);
    await stand.fixture.database.asSystem((system) => system.nativeDelete(TransferEntity, { kind: 'DATA_EXPORT' }));
  });
});

describe('the making of an export', () => {
  test('goes on in another process when one was killed, and leaves one file', async () => {
    const { conversation } = await stand.branched();
    const requested = await stand.request(conversation, 'JSON');
    const former = `${stand.fixture.identity.tenantId}/exports/${uuidv7()}`;
    await stand.blobs.put(former, Buffer.from('the beginning'), 'application/json');
    const dead = { status: 'RUNNING' as const, holder: uuidv7(), attempts: 1, blobKey: former };
    const leasedUntil = new Date(Date.now() - 1);
    await stand.em().nativeUpdate(TransferEntity, { id: requested.id }, { ...dead, leasedUntil });
    const done = await stand.ended(requested);
    expect(done).toMatchObject({ status: 'READY', attempts: 2 });
    expect(await stand.blobs.exists(former)).toBe(false);
    expect(await stand.contentOf(done)).toContain(conversation.id);
  });

  test('is left alone while another process holds it, and fails when it was begun too often', async () => {
    const { conversation } = await stand.branched();
    const [held, hopeless] = [await stand.request(conversation, 'JSON'), await stand.request(conversation, 'JSON')];
    const holding = { status: 'RUNNING' as const, holder: uuidv7(), leasedUntil: new Date(Date.now() + 60_000) };
    await stand.em().nativeUpdate(TransferEntity, { id: held.id }, holding);
    await stand.em().nativeUpdate(TransferEntity, { id: hopeless.id }, { attempts: 3 });
    expect(await stand.ended(hopeless)).toMatchObject({ status: 'FAILED', failure: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(await findTransfer(stand.fixture.database, stand.fixture.identity, held.id, exportKinds)).toMatchObject(
      holding,
    );
    await stand.em().nativeDelete(TransferEntity, { id: held.id });
  });

  test('goes back to the queue when its process ends', async () => {
    const { conversation } = await stand.branched();
    const requested = await stand.request(conversation, 'HTML');
    const runner = stand.openRunner();
    await runner[Symbol.asyncDispose]();
    const left = await findTransfer(stand.fixture.database, stand.fixture.identity, requested.id, exportKinds);
    if (left?.status !== 'READY') expect(left).toMatchObject({ status: 'QUEUED', holder: null, attempts: 0 });
    expect(await stand.ended(requested)).toMatchObject({ status: 'READY' });
  });
});
