/** Uploads a file as any client does it. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { TestClient } from './client.ts';
import type { Parlance } from './parlance.ts';

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

const createFile = `mutation ($name: String!, $mediaType: String!, $byteSize: Int!, $sha256: String!,
  $purpose: FilePurpose) {
  createFile(name: $name, mediaType: $mediaType, byteSize: $byteSize, sha256: $sha256, purpose: $purpose) {
    file { id } url method headers { name value } } }`;
const completeFile = 'mutation ($id: ID!) { completeFile(id: $id) { id status } }';
const fileChanged = 'subscription ($id: ID!) { fileChanged(id: $id) { status failure { code } } }';

/** Uploads a file, as any client does it, and waits until it was read. Returns its id. */
export const uploadFile = async (
  { url }: Pick<Parlance, 'url'>,
  client: TestClient,
  {
    name,
    content,
    mediaType = 'application/octet-stream',
    purpose = 'CONTENT',
  }: { name: string; content: Uint8Array; mediaType?: string; purpose?: 'CONTENT' | 'IMPORT' },
): Promise<{ readonly id: string; readonly status: string; readonly code: string | undefined }> => {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const variables = { name, mediaType, byteSize: content.length, sha256, purpose };
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
