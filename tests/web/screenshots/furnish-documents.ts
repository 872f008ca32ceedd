/** Collections with documents, and a conversation whose reply cites them. */
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { uploadFile } from '#tests/support/upload-file.ts';
import { pdfOf, pdfText } from '../../../inference-workers/ingestion/sample-files.fixture.ts';

const created = z.object({ createCollection: z.object({ id: z.string() }) });
const changed = z.object({
  collectionChanged: z.object({
    documents: z.object({ edges: z.array(z.object({ node: z.object({ status: z.string() }) })) }),
  }),
});

interface Given {
  readonly name: string;
  readonly description: string;
  readonly access: string;
  readonly files: Readonly<Record<string, Buffer>>;
}

/** Resolves with the id once every document is READY or FAILED. */
const makeCollection = async (parlance: Parlance, client: TestClient, given: Given): Promise<string> => {
  const { files, ...input } = given;
  const create = `mutation ($name: String!, $description: String, $access: CollectionAccess) {
    createCollection(name: $name, description: $description, access: $access) { id } }`;
  const { id } = (await client.query(created, create, input)).createCollection;
  const add = 'mutation ($id: ID!, $fileIds: [ID!]!) { addDocuments(collectionId: $id, fileIds: $fileIds) { id } }';
  for (const [name, content] of Object.entries(files)) {
    const file = await uploadFile(parlance, client, { name, content });
    await client.query(z.unknown(), add, { id, fileIds: [file.id] });
  }
  const follow = 'subscription ($id: ID!) { collectionChanged(id: $id) { documents { edges { node { status } } } } }';
  for await (const { collectionChanged } of client.follow(changed, follow, { id })) {
    const states = collectionChanged.documents.edges.map(({ node }) => node.status);
    if (states.every((state) => state === 'READY' || state === 'FAILED')) return id;
  }
  throw new Error('the subscription has ended');
};

const manual = pdfOf([
  pdfText('Pump P-20: operation', 'Fill the pump before the first start.', 'It delivers 40 litres a minute at 2 bar.'),
  pdfText('Faults', 'E-4711: the rotor is blocked. Switch off, and turn the shaft with a 5 mm key.'),
  pdfText('Care', 'Clean the strainer every six months. It is behind the left cover.'),
]);

const plan = `# Maintenance plan

| what | how often | who |
|---|---|---|
| Strainer of P-20 | twice a year | Grace |
| Seals | once a year | the supplier |
`;

export interface FurnishedDocuments {
  readonly collectionId: string;
  /** Of the conversation whose reply cites them. */
  readonly conversationId: string;
}

export const furnishDocuments = async (parlance: Parlance, client: TestClient): Promise<FurnishedDocuments> => {
  await makeCollection(parlance, client, {
    ...{ name: 'Holidays and travel', description: 'What everybody asks the office', access: 'TENANT' },
    files: { 'travel.md': Buffer.from('# Travel\nBook trains two weeks ahead.') },
  });
  const collectionId = await makeCollection(parlance, client, {
    ...{ name: 'Pump manuals', description: 'Manuals and plans of our pumps', access: 'TENANT' },
    files: {
      'Pump P-20.pdf': manual,
      'Maintenance plan.md': Buffer.from(plan),
      'Old drawing.pdf': Buffer.from('%PDF-1.4 torn'),
    },
  });
  const conversationId = await client.createConversation({
    title: 'E-4711 on pump P-20',
    collectionIds: [collectionId],
  });
  parlance.provider.queue({
    texts: [
      'E-4711 means that **the rotor is blocked** [1].\n\n1. Switch the pump off.\n2. Turn the shaft with a 5 mm key [1].\n',
    ],
  });
  await client.converse(conversationId, 'What does E-4711 on pump P-20 mean, and what do I do?');
  return { collectionId, conversationId };
};
