/** `Query.node` over the whole graph: what is read again by its id alone, whichever subgraph has it. */
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Parlance } from '#tests/support/parlance.ts';
import { uploadFile } from '#tests/support/upload-file.ts';

/** What Relay's compiler writes for refetchable fragments. */
const refetch = `query ($id: ID!) { node(id: $id) { __typename id
  ... on Conversation { title } ... on Message { role content }
  ... on File { name mediaType status owner { id } }
  ... on Collection { name access documentCount } } }`;
const created = z.object({ createCollection: z.object({ id: z.string() }) });

export const nodeSuite = (parlance: () => Parlance): void => {
  describe('nodes', () => {
    test('objects of every subgraph are found by their ids alone, and only by those who find them otherwise', async () => {
      const [ada, grace, bob] = await Promise.all([parlance().as('ada'), parlance().as('grace'), parlance().as('bob')]);
      const admin = await parlance().as('grace', { roles: ['ADMIN'] });
      const node = async (client: typeof ada, id: string) => {
        const { data, errors } = await client.ask(refetch, { id });
        expect(errors).toEqual([]);
        return data?.['node'];
      };
      const conversation = await ada.createConversation({ title: 'Mine' });
      const { turn } = await ada.converse(conversation, 'script: tokens=2');
      const { id: file } = await uploadFile(parlance(), ada, { name: 'mine.md', content: Buffer.from('# Mine') });
      const make = 'mutation { createCollection(name: "Mine") { id } }';
      const { id: collection } = (await ada.query(created, make)).createCollection;
      expect(await node(ada, conversation)).toEqual({ __typename: 'Conversation', id: conversation, title: 'Mine' });
      expect(await node(ada, turn.userMessage.id)).toMatchObject({ __typename: 'Message', role: 'USER' });
      const shown = { __typename: 'File', id: file, name: 'mine.md', mediaType: 'text/markdown', status: 'READY' };
      expect(await node(ada, file)).toMatchObject(shown);
      expect(await node(admin, file)).toMatchObject(shown);
      const own = { __typename: 'Collection', id: collection, name: 'Mine', access: 'PRIVATE', documentCount: 0 };
      expect(await node(ada, collection)).toEqual(own);
      for (const stranger of [grace, bob]) {
        for (const id of [conversation, turn.userMessage.id, file, collection]) {
          expect(await node(stranger, id)).toBeNull();
        }
      }
      for (const id of [uuidv7(), 'no id', '']) expect(await node(ada, id)).toBeNull();
      await ada.query(z.unknown(), 'mutation ($id: ID!) { deleteFile(id: $id) }', { id: file });
      await ada.query(z.unknown(), 'mutation ($id: ID!) { deleteCollection(id: $id) }', { id: collection });
      for (const id of [file, collection]) expect(await node(ada, id)).toBeNull();
    });
  });
};
