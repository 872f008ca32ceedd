/** Archives that are damaged, hostile or none of ours: each import fails with a sentence, and stores nothing. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileKey } from '#contracts/blob-keys.ts';
import { ConversationEntity } from '../entities.ts';
import { zipStream } from '../exports/zip-stream.ts';
import type { Transfer } from '../transfer-entities.ts';
import { openTransferStand, type TransferStand } from '../transfers.fixture.ts';
import { requestImport } from './request-import.ts';

let stand: TransferStand;
beforeAll(async () => {
  stand = await openTransferStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const importBytes = async (bytes: Buffer): Promise<Transfer> => {
  const { identity } = stand.fixture;
  const fileId = uuidv7();
  await stand.blobs.put(fileKey({ tenantId: identity.tenantId, fileId }), bytes, 'application/zip');
  const files = { find: async (id: string) => ({ id, name: 'a.zip', status: 'READY', createdAt: null }) };
  const own = { find: (_: unknown, id: string) => files.find(id) };
  return stand.ended(await requestImport({ ...stand.services, files: own }, identity, fileId));
};

const message = { author: { role: 'user' }, content: { content_type: 'text', parts: ['Why?'] }, recipient: 'all' };
/** One conversation, as ChatGPT exports it. */
const conversations = (): string =>
  JSON.stringify([
    {
      ...{ conversation_id: uuidv7(), title: 'Whole', create_time: 1_700_000_000, current_node: 'u' },
      mapping: {
        root: { id: 'root', parent: null, children: ['u'], message: null },
        u: { id: 'u', parent: 'root', children: [], message: { id: 'u', ...message } },
      },
    },
  ]);
const megabyte = 1_048_576;
function* spaces(megabytes: number): Generator<string> {
  for (let done = 0; done < megabytes; done += 1) yield ' '.repeat(megabyte);
}

type Given = readonly [name: string, content: string | Iterable<string>];
const archiveOf = (...given: readonly Given[]): Promise<Buffer> => {
  async function* entries() {
    for (const [name, content] of given) {
      yield { name, at: new Date(), chunks: Readable.from(typeof content === 'string' ? [content] : content) };
    }
  }
  return buffer(zipStream(entries()));
};
/** A whole file of conversations, and a second one. */
const twoFiles = () => archiveOf(['conversations-1.json', conversations()], ['conversations-2.json', conversations()]);

/** Changes a number of the last entry in the directory of an archive. */
const changeLast = (archive: Buffer, change: (directory: Buffer, local: Buffer) => void): Buffer => {
  const changed = Buffer.from(archive);
  const at = changed.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
  const directory = changed.subarray(at);
  change(directory, changed.subarray(directory.readUInt32LE(42)));
  return changed;
};
const [crcAt, sizeAt, flagsAt, localFlagsAt] = [16, 24, 8, 6];

const damaged = { code: 'BAD_USER_INPUT', message: 'The archive is damaged, or of a kind that is not read.' };
const several = { code: 'BAD_USER_INPUT', message: expect.stringContaining('Import each export by itself.') };
const tooMuch = { code: 'PAYLOAD_TOO_LARGE', message: 'The archive unpacks to too much.' };

test.each<readonly [string, () => Promise<Buffer>, object]>([
  ['that breaks off in its directory', async () => (await twoFiles()).subarray(0, -30), damaged],
  ['that breaks off in an entry', async () => (await twoFiles()).subarray(0, 300), damaged],
  [
    'with a wrong check sum in its last entry',
    async () =>
      changeLast(await twoFiles(), (entry) => entry.writeUInt32LE((entry.readUInt32LE(crcAt) ^ 1) >>> 0, crcAt)),
    damaged,
  ],
  [
    'with an altered byte in its last entry',
    async () => changeLast(await twoFiles(), (_, local) => local.writeUInt8(local.readUInt8(80) ^ 0xff, 80)),
    damaged,
  ],
  [
    'whose last entry has more than it states',
    async () => changeLast(await twoFiles(), (entry) => entry.writeUInt32LE(10, sizeAt)),
    damaged,
  ],
  [
    'whose last entry has less than it states',
    async () => changeLast(await twoFiles(), (entry) => entry.writeUInt32LE(100_000, sizeAt)),
    damaged,
  ],
  [
    'with a name that leads out of it',
    () => archiveOf(['conversations-1.json', conversations()], ['a/../../conversations-2.json', conversations()]),
    damaged,
  ],
  [
    'that unpacks to much more than it is',
    () => archiveOf(['conversations-1.json', conversations()], ['conversations-2.json', spaces(32)]),
    tooMuch,
  ],
  [
    'that unpacks to much more than it states',
    async () =>
      changeLast(
        await archiveOf(['conversations-1.json', conversations()], ['conversations-2.json', spaces(32)]),
        (entry) => entry.writeUInt32LE(1_000, sizeAt),
      ),
    damaged,
  ],
  [
    'with a password',
    async () =>
      changeLast(await twoFiles(), (entry, local) => {
        entry.writeUInt16LE(entry.readUInt16LE(flagsAt) | 1, flagsAt);
        local.writeUInt16LE(local.readUInt16LE(localFlagsAt) | 1, localFlagsAt);
      }),
    { code: 'BAD_USER_INPUT', message: expect.stringContaining('protected by a password') },
  ],
  [
    'without conversations',
    () => archiveOf(['chat.html', '<html>'], ['shared_conversations.json', conversations()]),
    { code: 'BAD_USER_INPUT', message: expect.stringContaining('holds no conversations') },
  ],
  [
    'with one file of conversations twice',
    () => archiveOf(['conversations.json', conversations()], ['conversations.json', conversations()]),
    several,
  ],
  [
    'with the conversations of two exports',
    () => archiveOf(['one/conversations.json', conversations()], ['two/conversations.json', conversations()]),
    several,
  ],
  [
    'within an archive',
    async () => archiveOf(['inner.zip', (await twoFiles()).toString('latin1')]),
    { code: 'BAD_USER_INPUT', message: expect.stringContaining('holds no conversations') },
  ],
])('an archive %s fails, and nothing of it is stored', async (_, make, failure) => {
  const before = await stand.em().count(ConversationEntity);
  const ended = await importBytes(await make());
  expect(ended).toMatchObject({ status: 'FAILED', failure: { retryable: false, ...failure } });
  expect(await stand.em().count(ConversationEntity)).toBe(before);
});

test('two whole files of one export are imported', async () => {
  const before = await stand.em().count(ConversationEntity);
  expect(await importBytes(await twoFiles())).toMatchObject({ status: 'READY', report: { conversations: 2 } });
  expect(await stand.em().count(ConversationEntity)).toBe(before + 2);
});
