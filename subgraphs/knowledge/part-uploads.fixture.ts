/** Clients that upload a file in three parts to the knowledge subgraph, and look at what is there of it. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { partKeys, quarantineKey } from '#contracts/blob-keys.ts';
import type { Identity } from '#contracts/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { partBytes } from './files/file-parts.ts';
import { sweepFiles } from './files/sweep-files.ts';
import { type KnowledgeFixture, sha256Of } from './knowledge.fixture.ts';

const silent = createLogger('knowledge', 'silent');
export const content = randomBytes(2 * partBytes + 100);
const slices = [1, 2, 3].map((number) => content.subarray((number - 1) * partBytes, number * partBytes));
export const sliceOf = (number: number): Uint8Array => Uint8Array.from(slices[number - 1] ?? content.subarray(0, 100));

const createMutation = `mutation ($name: String!, $byteSize: Int!, $sha256: String!, $purpose: FilePurpose) {
  createFile(name: $name, mediaType: "text/plain", byteSize: $byteSize, sha256: $sha256, purpose: $purpose) {
    file { id status } url headers { name value } expiresAt partSize receivedParts } }`;
const signMutation = `mutation ($id: ID!, $parts: [FilePartInput!]!) {
  signFileParts(id: $id, parts: $parts) { number url method headers { name value } expiresAt } }`;
const completeMutation = 'mutation ($id: ID!) { completeFile(id: $id) { id status } }';

const termsOf = (more: object = {}) => ({
  name: 'long.txt',
  byteSize: content.length,
  sha256: sha256Of(content),
  ...more,
});
export const partsOf = (...numbers: number[]) =>
  numbers.map((number) => ({ number, sha256: sha256Of(sliceOf(number)) }));

interface Signed {
  readonly number: number;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

export const createPartUploads = (knowledge: KnowledgeFixture) => {
  const create = async (user: Identity, more: object = {}) => {
    const { data, errors } = await knowledge.execute(user, createMutation, termsOf(more));
    expect(errors).toEqual([]);
    return data.createFile;
  };
  const sign = async (user: Identity, id: string, ...numbers: number[]): Promise<readonly Signed[]> => {
    const { data, errors } = await knowledge.execute(user, signMutation, { id, parts: partsOf(...numbers) });
    expect(errors).toEqual([]);
    return data.signFileParts;
  };
  const put = async ({ url, headers }: Omit<Signed, 'number'>, body: Uint8Array): Promise<number> => {
    const pairs = headers.map(({ name, value }): [string, string] => [name, value]);
    const init = { method: 'PUT', headers: pairs, body: Uint8Array.from(body) };
    return (await fetch(knowledge.absolute(url), init)).status;
  };
  return {
    create,
    sign,
    put,
    complete: (user: Identity, id: string) => knowledge.execute(user, completeMutation, { id }),
    /** Uploads these parts. Returns the requests that did. */
    async send(user: Identity, id: string, ...numbers: number[]): Promise<readonly Signed[]> {
      const signed = await sign(user, id, ...numbers);
      for (const each of signed) expect(await put(each, sliceOf(each.number))).toBeLessThan(300);
      return signed;
    },
    refusal: async (user: Identity, id: string, parts: readonly object[]) =>
      (await knowledge.execute(user, signMutation, { id, parts })).errors[0]?.extensions,
    storage: async (user: Identity) =>
      (await knowledge.execute(user, '{ fileStorage { files bytes } }')).data.fileStorage,
    /** How many blobs there are of what was uploaded. */
    async blobs({ tenantId }: Identity, fileId: string): Promise<number> {
      const owner = { tenantId, fileId };
      const keys = [quarantineKey(owner), ...partKeys(owner, 3)];
      const there = await Promise.all(keys.map((key) => knowledge.ports.blobs.exists(key)));
      return there.filter(Boolean).length;
    },
    sweep: () => sweepFiles({ ...knowledge, ...knowledge.ports, logger: silent }),
    /** As if the signed URLs of this file had ended. */
    endUrls: (fileId: string) =>
      knowledge.database.asSystem((em) =>
        em.execute(`update knowledge.doomed_blobs set due_at = now() where key like ?`, [`%${fileId}%`]),
      ),
  };
};
