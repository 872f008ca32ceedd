/** Files of users, from the upload by a signed URL to the download, on a whole Parlance. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';

const uploadSchema = z.object({
  createFile: z.object({
    file: z.object({ id: z.string() }),
    url: z.string(),
    method: z.string(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
  }),
});
const changeSchema = z.object({
  fileChanged: z.object({ status: z.string(), failure: z.object({ code: z.string() }).nullable() }),
});
const linkSchema = z.object({ file: z.object({ downloadUrl: z.string().nullable() }).nullable() });

const createFile = `mutation ($name: String!, $mediaType: String!, $byteSize: Int!, $sha256: String!) {
  createFile(name: $name, mediaType: $mediaType, byteSize: $byteSize, sha256: $sha256) {
    file { id } url method headers { name value } } }`;
const completeFile = 'mutation ($id: ID!) { completeFile(id: $id) { id status } }';
const fileChanged = 'subscription ($id: ID!) { fileChanged(id: $id) { status failure { code } } }';

/** Uploads a file, as any client does it, and waits until it was read. Returns its id. */
export const uploadFile = async (
  { url }: Pick<Parlance, 'url'>,
  client: TestClient,
  { name, content, mediaType = 'application/octet-stream' }: { name: string; content: Uint8Array; mediaType?: string },
): Promise<{ readonly id: string; readonly status: string; readonly code: string | undefined }> => {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const variables = { name, mediaType, byteSize: content.length, sha256 };
  const { createFile: upload } = await client.query(uploadSchema, createFile, variables);
  const response = await fetch(new URL(upload.url, url), {
    method: upload.method,
    headers: upload.headers.map(({ name: header, value }): [string, string] => [header, value]),
    body: Uint8Array.from(content),
  });
  if (!response.ok) throw new Error(`the upload got ${response.status}: ${await response.text()}`);
  const { id } = upload.file;
  await client.query(z.unknown(), completeFile, { id });
  for await (const { fileChanged: file } of client.follow(changeSchema, fileChanged, { id })) {
    if (file.status === 'READY' || file.status === 'FAILED') {
      return { id, status: file.status, code: file.failure?.code };
    }
  }
  throw new Error('the subscription has ended');
};

export const fileSuite = (parlance: () => Parlance): void => {
  describe('files', () => {
    test('a file is uploaded past the gateway, read by a worker, and downloaded by its owner alone', async () => {
      const [ada, grace, bob] = await Promise.all([parlance().as('ada'), parlance().as('grace'), parlance().as('bob')]);
      const content = Buffer.from('name,born\nGrace,1906\n');
      const { id, status } = await uploadFile(parlance(), ada, { name: 'people.csv', content });
      expect(status).toBe('READY');
      const query = `query ($id: ID!) { file(id: $id) { name mediaType kind textLength downloadUrl owner { email } } }`;
      const { data } = await ada.ask(query, { id });
      expect(data).toMatchObject({
        file: {
          name: 'people.csv',
          mediaType: 'text/csv',
          kind: 'DATA',
          textLength: 24,
          owner: { email: expect.any(String) },
        },
      });
      const { file } = await ada.query(linkSchema, query, { id });
      const downloaded = await fetch(new URL(file?.downloadUrl ?? '', parlance().url));
      expect(Buffer.from(await downloaded.arrayBuffer()).equals(content)).toBe(true);
      expect(downloaded.headers.get('content-disposition')).toContain('attachment');
      for (const stranger of [grace, bob]) {
        expect((await stranger.ask(query, { id })).data).toEqual({ file: null });
        expect((await stranger.refusal(completeFile, { id })).extensions.code).toBe('NOT_FOUND');
      }
      await ada.query(z.unknown(), 'mutation ($id: ID!) { deleteFile(id: $id) }', { id });
      expect((await fetch(new URL(file?.downloadUrl ?? '', parlance().url))).status).toBe(404);
    });

    test('a file that cannot be read fails with its code', async () => {
      const ada = await parlance().as('ada');
      const program = Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(5_000)]);
      const elf = await uploadFile(parlance(), ada, {
        name: 'innocent.txt',
        content: program,
        mediaType: 'text/plain',
      });
      expect(elf).toMatchObject({ status: 'FAILED', code: 'UNSUPPORTED_TYPE' });
      const blank = await uploadFile(parlance(), ada, { name: 'blank.md', content: Buffer.from('\n \n\t\n') });
      expect(blank).toMatchObject({ status: 'FAILED', code: 'NO_TEXT' });
    });
  });
};
