/** Exports and imports, over the API alone: a file is uploaded, imported, exported and downloaded by its signed URL. */
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';
import { readArchive } from '../../../subgraphs/conversations/read-archive.fixture.ts';

const createFile = `mutation Create($name: String!, $byteSize: Int!, $sha256: String!) {
  createFile(name: $name, mediaType: "application/json", byteSize: $byteSize, sha256: $sha256, purpose: IMPORT) {
    file { id } url method headers { name value }
  }
}`;
const uploadShape = z.object({
  createFile: z.object({
    file: z.object({ id: z.string() }),
    url: z.string(),
    method: z.string(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
  }),
});
const fileStatus = z.object({ file: z.object({ status: z.string() }).nullable() });

const exportFields = 'id status progress failure { code } downloadUrl fileName byteSize';
const exportShape = z.object({
  id: z.string(),
  status: z.string(),
  progress: z.number(),
  failure: z.object({ code: z.string() }).nullable(),
  downloadUrl: z.string().nullable(),
  fileName: z.string().nullable(),
  byteSize: z.number().nullable(),
});
const importFields = 'id status source conversationCount messageCount failure { code } leftOut { reason count }';
const importShape = z.object({
  id: z.string(),
  status: z.string(),
  source: z.string().nullable(),
  conversationCount: z.number(),
  messageCount: z.number(),
  failure: z.object({ code: z.string() }).nullable(),
  leftOut: z.array(z.object({ reason: z.string(), count: z.number() })),
});
const billedShape = z.object({ message: z.object({ usage: z.object({ outputTokens: z.number() }).nullable() }) });
const isOver = ({ status }: { readonly status: string }): boolean => !['QUEUED', 'RUNNING'].includes(status);

export const transferSuite = (parlance: () => Parlance): void => {
  const at = (url: string): URL => new URL(url, parlance().url);
  /** Uploads a file for an import; its id, when it is READY. */
  const upload = async (client: TestClient, text: string): Promise<string> => {
    const bytes = Buffer.from(text);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const given = { name: 'conversations.json', byteSize: bytes.length, sha256 };
    const { createFile: made } = await client.query(uploadShape, createFile, given);
    const headers = made.headers.map(({ name, value }): [string, string] => [name, value]);
    const sent = await fetch(at(made.url), { method: made.method, headers, body: bytes });
    expect(sent.ok).toBe(true);
    const { id } = made.file;
    await client.query(z.unknown(), 'mutation($id: ID!) { completeFile(id: $id) { id } }', { id });
    const status = async () =>
      (await client.query(fileStatus, 'query($id: ID!) { file(id: $id) { status } }', { id })).file?.status;
    await until(status, (now) => now !== 'PROCESSING');
    expect(await status()).toBe('READY');
    return id;
  };
  const runImport = async (client: TestClient, fileId: string) => {
    const begin = `mutation($id: ID!) { importConversations(fileId: $id) { ${importFields} } }`;
    const { importConversations: begun } = await client.query(z.object({ importConversations: importShape }), begin, {
      id: fileId,
    });
    const follow = `subscription($id: ID!) { importChanged(id: $id) { ${importFields} } }`;
    for await (const { importChanged: now } of client.follow(z.object({ importChanged: importShape }), follow, begun)) {
      if (isOver(now)) return now;
    }
    throw new Error('the import has not ended');
  };
  const untilExported = async (client: TestClient, id: string) => {
    const follow = `subscription($id: ID!) { exportChanged(id: $id) { ${exportFields} } }`;
    for await (const { exportChanged: now } of client.follow(z.object({ exportChanged: exportShape }), follow, {
      id,
    })) {
      if (isOver(now)) return now;
    }
    throw new Error('the export has not ended');
  };
  const exportConversation = async (client: TestClient, id: string, format: string) => {
    const begin = `mutation($id: ID!, $format: ExportFormat!) { exportConversation(id: $id, format: $format) { ${exportFields} } }`;
    const shape = z.object({ exportConversation: exportShape });
    return untilExported(client, (await client.query(shape, begin, { id, format })).exportConversation.id);
  };

  test('a conversation is exported, downloaded by its signed URL, and imported by somebody else', async () => {
    const [grace, bob] = [await parlance().as('grace'), await parlance().as('bob')];
    const conversationId = await grace.createConversation();
    const { turn } = await grace.converse(conversationId, `script: tokens=5 ${uuidv7()}`);
    const billed = 'query($id: ID!) { message(id: $id) { usage { outputTokens } } }';
    await until(
      () => grace.query(billedShape, billed, turn.assistantMessage),
      ({ message }) => message.usage !== null,
    );
    const done = await exportConversation(grace, conversationId, 'JSON');
    expect(done).toMatchObject({ status: 'READY', progress: 1, failure: null });
    const download = await fetch(at(done.downloadUrl ?? ''));
    expect([download.status, download.headers.get('content-disposition')?.split(';')[0]]).toEqual([200, 'attachment']);
    const text = await download.text();
    expect(JSON.parse(text)).toMatchObject({
      conversations: [
        {
          id: conversationId,
          messages: [{ role: 'USER' }, { role: 'ASSISTANT', usage: { costUsd: expect.any(String) } }],
        },
      ],
    });

    // The store of the tests that speaks S3 looks at no signature.
    const url = done.downloadUrl ?? '';
    const altered = url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    if (url.startsWith('/')) expect((await fetch(at(altered))).status).toBeGreaterThanOrEqual(400);
    const look = `query($id: ID!) { export(id: $id) { ${exportFields} } }`;
    expect(await bob.query(z.unknown(), look, { id: done.id })).toEqual({ export: null });

    const own = await runImport(grace, await upload(grace, text));
    expect(own.leftOut).toEqual([{ reason: 'ALREADY_IMPORTED', count: 1 }]);
    const fileId = await upload(bob, text);
    expect(await runImport(bob, fileId)).toMatchObject({
      status: 'READY',
      source: 'PARLANCE',
      conversationCount: 1,
      messageCount: 2,
    });
    expect(await runImport(bob, fileId)).toMatchObject({
      conversationCount: 0,
      leftOut: [{ reason: 'ALREADY_IMPORTED' }],
    });
    const begin = 'mutation($id: ID!) { importConversations(fileId: $id) { id } }';
    expect((await grace.refusal(begin, { id: fileId })).extensions.code).toBe('NOT_FOUND');

    await grace.query(z.unknown(), 'mutation($id: ID!) { deleteConversation(id: $id) { id } }', { id: conversationId });
    const after = await grace.query(z.object({ export: exportShape }), look, { id: done.id });
    expect(after.export).toMatchObject({ status: 'EXPIRED', downloadUrl: null });
  });

  test('everything that is a user’s is one archive', async () => {
    const grace = await parlance().as('grace');
    await grace.converse(await grace.createConversation(), `script: tokens=3 ${uuidv7()}`);
    const { viewer } = await grace.query(z.object({ viewer: z.object({ id: z.string() }) }), '{ viewer { id } }');
    const name = `Manuals ${uuidv7()}`;
    const create = 'mutation ($name: String!) { createCollection(name: $name, access: PRIVATE) { id } }';
    await grace.query(z.unknown(), create, { name });
    const begin = `mutation { exportMyData(language: "de") { ${exportFields} } }`;
    const { exportMyData: begun } = await grace.query(z.object({ exportMyData: exportShape }), begin);
    const done = await untilExported(grace, begun.id);
    expect(done).toMatchObject({ status: 'READY', fileName: expect.stringMatching(/^parlance-.*\.zip$/) });
    const bytes = Buffer.from(await (await fetch(at(done.downloadUrl ?? ''))).arrayBuffer());
    expect(bytes.length).toBe(done.byteSize);
    const entries = await readArchive(bytes);
    const { account, apiKeys } = JSON.parse(entries.get('account.json') ?? '');
    expect([account.id, apiKeys]).toEqual([viewer.id, expect.any(Array)]);
    const { collections } = JSON.parse(entries.get('collections.json') ?? '');
    expect(collections).toContainEqual(expect.objectContaining({ name, access: 'PRIVATE', documents: [] }));
  });
};
