/** The types Collection and Document, and the collections of a conversation. */
import { listSize } from '#kernel/subgraph-server/list-sizes.ts';
import {
  countDocuments,
  type Document,
  type DocumentStatus,
  findCollection,
  findReadable,
  listDocuments,
  readersOf,
  readIndex,
} from '../collections/find-collections.ts';
import type { Collection, CollectionAccess } from '../entities.ts';
import type { KnowledgeBuilder } from './builder.ts';
import type { FileTypes } from './file-types.ts';

const addDocument = (builder: KnowledgeBuilder, { file }: FileTypes) => {
  const status = builder.enumType('DocumentStatus', {
    description: 'The state of a document in a collection.',
    values: {
      WAITING: { description: 'Its file is not READY yet.' },
      PROCESSING: { description: 'It is being cut into passages and embedded.' },
      READY: { description: 'Its passages are found.' },
      FAILED: { description: 'It has no passages: `failure` says why.' },
    } satisfies Record<DocumentStatus, object>,
  });
  return builder.objectRef<Document>('Document').implement({
    description: 'A file in a collection.',
    fields: (t) => ({
      file: t.field({
        type: file,
        description: 'The file. Its name is shown to everybody who may read the collection.',
        resolve: async ({ fileId }, _, { files }) =>
          (await files.load(fileId)) ?? { id: fileId, status: 'DELETED' as const },
      }),
      status: t.field({ type: status, description: 'Its state.', resolve: (document) => document.status }),
      failure: t.exposeString('failure', { nullable: true, description: 'Why it is FAILED, for people.' }),
      chunkCount: t.exposeInt('chunkCount', { description: 'Passages that it was cut into; 0 until it is READY.' }),
      addedAt: t.expose('addedAt', { type: 'DateTime', description: 'When it was added.' }),
    }),
  });
};

const addAccess = (builder: KnowledgeBuilder) =>
  builder.enumType('CollectionAccess', {
    description: 'Who may read a collection, and so the passages of its documents.',
    values: {
      TENANT: { description: 'Everybody of the tenant.' },
      LISTED: { description: 'Its owner, and the users that it lists.' },
      PRIVATE: { description: 'Its owner.' },
    } satisfies Record<CollectionAccess, object>,
  });

/** `Conversation.collections`, from the ids that conversations has. */
const addConversationCollections = (
  builder: KnowledgeBuilder,
  collection: ReturnType<typeof implementCollection>,
): void => {
  builder.externalRef('Conversation', builder.selection<{ id: string }>('id')).implement({
    externalFields: (t) => ({ id: t.id(), collectionIds: t.idList() }),
    fields: (t) => ({
      collections: t.field({
        type: [collection],
        directives: listSize(2),
        requires: builder.selection<{ collectionIds: string[] }>('collectionIds'),
        description:
          'The collections that its replies may draw on, as far as you may read them. updateConversation sets them.',
        resolve: ({ collectionIds }, _, { services, identity }) =>
          findReadable(services.database, identity, collectionIds).then((found) => [...found]),
      }),
    }),
  });
};

const implementCollection = (
  builder: KnowledgeBuilder,
  types: FileTypes,
  { access, document }: { access: ReturnType<typeof addAccess>; document: ReturnType<typeof addDocument> },
) =>
  builder.objectRef<Collection>('Collection').implement({
    interfaces: [types.node],
    description: 'Documents that replies may draw on. What belongs to a question is found in them and cited.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUIDv7.' }),
      name: t.exposeString('name', { description: 'Its name.' }),
      description: t.exposeString('description', { nullable: true, description: 'What it is for, for people.' }),
      access: t.field({ type: access, description: 'Who may read it.', resolve: (each) => each.access }),
      owner: t.field({ type: types.user, description: 'Who made it.', resolve: ({ ownerId }) => ({ id: ownerId }) }),
      readers: t.field({
        type: [types.user],
        description: 'The users that it lists, for its owner and administrators; empty for others.',
        resolve: async (collection, _, { services, identity }) => {
          const mayKnow = collection.ownerId === identity.userId || identity.roles.includes('ADMIN');
          return mayKnow ? (await readersOf(services.database, collection)).map((id) => ({ id })) : [];
        },
      }),
      documents: t.connection(
        {
          type: document,
          description: 'Its documents, the latest added first. Pages forward only.',
          resolve: (collection, args, { services }) => listDocuments(services.database, collection, args),
        },
        { name: 'DocumentConnection', description: 'A page of documents.' },
        { name: 'DocumentEdge', description: 'A document in a page.' },
      ),
      documentCount: t.int({
        description: 'How many documents it has.',
        resolve: (collection, _, { services }) => countDocuments(services.database, collection),
      }),
      embeddingModel: t.exposeString('embeddingModel', { description: 'The model that has embedded its passages.' }),
      nextEmbeddingModel: t.exposeString('nextModel', {
        nullable: true,
        description: 'The model that replaces it as soon as every document is embedded; null unless it is reindexed.',
      }),
      embeddingDimensions: t.int({
        nullable: true,
        description:
          'Numbers of a vector of embeddingModel; null while no passage has one, or the database takes none.',
        resolve: async (collection, _, { services }) => (await readIndex(services.database, collection)).dimensions,
      }),
      nextEmbeddedCount: t.int({
        nullable: true,
        description: 'Documents that nextEmbeddingModel has embedded so far, or cannot embed; null with it.',
        resolve: async (collection, _, { services }) => (await readIndex(services.database, collection)).nextCount,
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    }),
  });

export const addCollectionTypes = (builder: KnowledgeBuilder, types: FileTypes) => {
  const [access, document] = [addAccess(builder), addDocument(builder, types)];
  const collection = implementCollection(builder, types, { access, document });
  builder.asEntity(collection, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { services, identity }) => findCollection(services.database, identity, id),
  });
  addConversationCollections(builder, collection);
  return { access, collection };
};
export type CollectionTypes = ReturnType<typeof addCollectionTypes>;
