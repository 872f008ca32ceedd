/** Documents that replies draw on: from an uploaded file to a citation in a reply, on a whole Parlance. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type TestClient, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { uploadFile } from '#tests/support/upload-file.ts';

const manual = `# Pump P-20
## Faults
E-4711: the rotor is blocked. Turn the shaft with a 5 mm key. ${'Look at the manual before you open the housing. '.repeat(8)}
## Care
Clean the strainer every six months. ${'The strainer is behind the left cover. '.repeat(8)}
`;

const createCollection = `mutation ($access: CollectionAccess) {
  createCollection(name: "Manuals", access: $access) { id } }`;
const created = z.object({ createCollection: z.object({ id: z.string() }) });
const addDocuments = `mutation ($id: ID!, $file: ID!) { addDocuments(collectionId: $id, fileIds: [$file]) { id } }`;
const changed = `subscription ($id: ID!) { collectionChanged(id: $id) { documents { edges { node { status } } } } }`;
const changeShape = z.object({
  collectionChanged: z.object({
    documents: z.object({ edges: z.array(z.object({ node: z.object({ status: z.string() }) })) }),
  }),
});
const sourcesSubscription = `subscription ($id: ID!) { messageStream(messageId: $id) { __typename seq
  ... on SourcesFound { failed citations { index fileName page quote file { id name status } } }
  ... on TokenDelta { text } } }`;
const sourcesShape = z.object({
  messageStream: z.looseObject({ __typename: z.string(), text: z.string().optional() }),
});
const messageQuery = `query ($id: ID!) { message(id: $id) {
  content citations { index fileName quote file { id status } } reuse
  conversation { collectionIds collections { id name } } } }`;

/** A collection with one document, which is found. */
export const openCollection = async (parlance: Parlance, client: TestClient, access: string, content = manual) => {
  const { id: file } = await uploadFile(parlance, client, { name: 'pump-p20.md', content: Buffer.from(content) });
  const { createCollection: collection } = await client.query(created, createCollection, { access });
  const { id } = collection;
  await client.query(z.unknown(), addDocuments, { id, file });
  for await (const { collectionChanged } of client.follow(changeShape, changed, { id })) {
    if (collectionChanged.documents.edges[0]?.node.status === 'READY') return { id, file };
  }
  throw new Error('the subscription has ended');
};

/** Many sections about the strainer, and one that does not name it. */
const sections = Array.from({ length: 10 }, (_, index) => `## Strainer ${index}\n${'Clean the strainer. '.repeat(20)}`);
const longManual = `${manual}\n${sections.join('\n')}`;
const searchedQuery = `query ($id: ID!) { message(id: $id) {
  content citations { index quote file { id } } toolCalls { name status result } } }`;

/** A question whose model searches for this, with words that the question does not have, then says this text. */
const searching = (given: object, text: string): string => {
  const escaped = JSON.stringify(given).replaceAll(/(?<=:")[^"]+/g, (value) =>
    [...value].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
  const calls = JSON.stringify([{ name: 'search_documents', arguments: escaped }]);
  return `script: calls=${calls} text=${encodeURIComponent(text)}\nWhat about the strainer?`;
};

export const documentSuite = (parlance: () => Parlance): void => {
  describe('documents', () => {
    test('a reply draws on passages of a document, cites them, and shows them before its first text', async () => {
      const [ada, grace, bob] = await Promise.all([parlance().as('ada'), parlance().as('grace'), parlance().as('bob')]);
      const { id: collection, file } = await openCollection(parlance(), ada, 'PRIVATE');
      const conversation = await ada.createConversation({ collectionIds: [collection] });
      /** All that the model got with this question. */
      const promptOf = (question: string): string =>
        parlance()
          .provider.requests.map(({ body }) => body.messages)
          .filter((messages) => messages.at(-1)?.content?.endsWith(question))
          .map((messages) => JSON.stringify(messages))
          .join();
      // The document has no ninth passage.
      const said = encodeURIComponent('Turn the shaft [1], or not [9].');
      const question = `script: text=${said}\nWhat does E-4711 mean?`;
      const { turn: first } = await ada.converse(conversation, question);
      const { id } = first.assistantMessage;
      const prompt = promptOf(question);
      expect(prompt).toContain('<passage number=\\"1\\" file=\\"pump-p20.md\\"');
      expect(prompt).toContain('the rotor is blocked');
      expect(prompt).toContain('never instructions');
      const events: z.infer<typeof sourcesShape>['messageStream'][] = [];
      for await (const { messageStream } of ada.follow(sourcesShape, sourcesSubscription, { id })) {
        events.push(messageStream);
      }
      const types = events.map(({ __typename }) => __typename);
      expect(types.slice(0, 3)).toEqual(['MessageStarted', 'SourcesFound', 'TokenDelta']);
      const shown = { index: 1, fileName: 'pump-p20.md', file: { id: file, name: 'pump-p20.md', status: 'READY' } };
      expect(events[1]).toMatchObject({
        failed: false,
        citations: expect.arrayContaining([expect.objectContaining(shown)]),
      });
      const content = 'Turn the shaft [1], or not.';
      expect(textOfEvents(await ada.stream(id).all())).toBe(content);
      const { data } = await ada.ask(messageQuery, { id });
      expect(data).toMatchObject({
        message: {
          content,
          reuse: null,
          citations: [{ index: 1, quote: expect.stringContaining('rotor is blocked'), file: { id: file } }],
          conversation: { collectionIds: [collection], collections: [{ id: collection, name: 'Manuals' }] },
        },
      });
      // Others get nothing of it, though they name the collection.
      for (const stranger of [grace, bob]) {
        const own = await stranger.createConversation({ collectionIds: [collection] });
        const foreign = `script: tokens=2\nWhat does E-4711 mean, ${own}?`;
        const { turn } = await stranger.converse(own, foreign);
        expect(promptOf(foreign)).toContain('has found nothing');
        expect(promptOf(foreign)).not.toContain('rotor');
        const { data: mine } = await stranger.ask(messageQuery, { id: turn.assistantMessage.id });
        expect(mine).toMatchObject({ message: { citations: [], conversation: { collections: [] } } });
      }
      // A deleted document leaves what the reply has quoted, and is found no more.
      await ada.query(z.unknown(), 'mutation ($id: ID!) { deleteFile(id: $id) }', { id: file });
      const { data: later } = await ada.ask(messageQuery, { id });
      expect(later).toMatchObject({
        message: { citations: [{ fileName: 'pump-p20.md', file: { status: 'DELETED' } }] },
      });
      const again = 'script: tokens=2\nAnd E-4711 again?';
      await ada.converse(conversation, again);
      expect(promptOf(again)).toContain('has found nothing');
      expect(promptOf(again)).not.toContain('rotor is blocked');
    });

    test('a model searches documents itself, in the name of its user alone, and cites what it found', async () => {
      const [ada, grace, bob] = await Promise.all([parlance().as('ada'), parlance().as('grace'), parlance().as('bob')]);
      const { id: collection, file } = await openCollection(parlance(), ada, 'PRIVATE', longManual);
      const modelPolicy = 'openai/gpt-4o-mini';
      const ask = async (client: TestClient, question: string) => {
        const conversation = await client.createConversation({ collectionIds: [collection] });
        const { turn } = await client.converse(conversation, question, { modelPolicy });
        return turn.assistantMessage.id;
      };
      const id = await ask(ada, searching({ query: 'E-4711' }, 'Do it [7], or not [99].'));
      const sources: unknown[][] = [];
      for await (const { messageStream } of ada.follow(sourcesShape, sourcesSubscription, { id })) {
        if (Array.isArray(messageStream['citations'])) sources.push(messageStream['citations']);
      }
      expect(sources.map(({ length }) => length)).toEqual([6, expect.any(Number)]);
      expect(sources[1]?.slice(0, 6)).toEqual(sources[0]);
      expect(JSON.stringify(sources[0])).not.toContain('rotor');
      const { data } = await ada.ask(searchedQuery, { id });
      expect(data).toMatchObject({
        message: {
          content: 'Do it [7], or not.',
          citations: [{ index: 7, quote: expect.stringContaining('rotor is blocked'), file: { id: file } }],
          toolCalls: [{ name: 'search_documents', status: 'COMPLETED', result: expect.stringContaining('number="7"') }],
        },
      });
      // Nobody else finds it, though the model is asked to.
      for (const stranger of [grace, bob]) {
        const found = await ask(stranger, searching({ query: 'E-4711' }, 'Nothing [1].'));
        expect((await stranger.ask(searchedQuery, { id: found })).data).toMatchObject({
          message: {
            ...{ content: 'Nothing.', citations: [] },
            toolCalls: [{ status: 'COMPLETED', result: expect.stringContaining('found nothing') }],
          },
        });
      }
      const named = await ask(grace, searching({ query: 'E-4711', collectionIds: collection }, 'Nothing.'));
      expect((await grace.ask(searchedQuery, { id: named })).data).toMatchObject({
        message: { citations: [], toolCalls: [{ status: 'FAILED' }] },
      });
      // Without tools, there is no search either.
      const conversation = await ada.createConversation({ collectionIds: [collection] });
      const question = searching({ query: 'E-4711' }, 'No search.');
      const { turn } = await ada.converse(conversation, question, { modelPolicy, tools: [] });
      expect((await ada.ask(searchedQuery, { id: turn.assistantMessage.id })).data).toMatchObject({
        message: { content: 'No search.', toolCalls: [] },
      });
    });
  });
};
