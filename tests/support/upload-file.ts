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

export interface GivenFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly mediaType?: string;
  readonly purpose?: 'CONTENT' | 'IMPORT';
}

export interface BegunUpload {
  readonly id: string;
  /** Says that the bytes are there. */
  complete(): Promise<void>;
}

/** Creates a file and sends its bytes, and does not say yet that they are there. */
export const beginUpload = async (
  { url }: Pick<Parlance, 'url'>,
  client: TestClient,
  { name, content, mediaType = 'application/octet-stream', purpose = 'CONTENT' }: GivenFile,
): Promise<BegunUpload> => {
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
  return {
    id,
    async complete() {
      await client.query(z.unknown(), completeFile, { id });
    },
  };
};

/** Uploads a file, as any client does it, and waits until it was read. */
export const uploadFile = async (
  parlance: Pick<Parlance, 'url'>,
  client: TestClient,
  given: GivenFile,
): Promise<{ readonly id: string; readonly status: string; readonly code: string | undefined }> => {
  const { id, complete } = await beginUpload(parlance, client, given);
  await complete();
  for await (const { fileChanged: file } of client.follow(changeSchema, fileChanged, { id })) {
    if (file.status === 'READY' || file.status === 'FAILED') {
      return { id, status: file.status, code: file.failure?.code };
    }
  }
  throw new Error('the subscription has ended');
};
