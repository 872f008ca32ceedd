/** Collections as clients list, watch and change them. */
import { listSize } from '#kernel/subgraph-server/list-sizes.ts';
import { createCollection, deleteCollection, updateCollection } from '../collections/change-collections.ts';
import { addDocuments, reindexCollection, removeDocument } from '../collections/change-documents.ts';
import { requireCollection } from '../collections/collection-access.ts';
import {
  mostAddedDocuments,
  mostDescriptionCharacters,
  mostNameCharacters,
  mostReaders,
} from '../collections/collection-input.ts';
import { findCollection, listCollections } from '../collections/find-collections.ts';
import { watchCollection } from '../collections/watch-collection.ts';
import type { KnowledgeBuilder } from './builder.ts';
import type { CollectionTypes } from './collection-types.ts';

const addQueries = (builder: KnowledgeBuilder, { collection }: CollectionTypes): void => {
  builder.queryField('collection', (t) =>
    t.field({
      type: collection,
      nullable: true,
      description: 'A collection by its id; null when there is none, or you may not read it.',
      args: { id: t.arg.id({ required: true, description: 'Id of the collection.' }) },
      resolve: (_, { id }, { services, identity }) => findCollection(services.database, identity, id),
    }),
  );
  builder.queryField('collections', (t) =>
    t.connection(
      {
        type: collection,
        description: 'The collections that you may read, newest first. Pages forward only.',
        resolve: (_, args, { services, identity }) => listCollections(services.database, identity, args),
      },
      { name: 'CollectionConnection', description: 'A page of collections.' },
      { name: 'CollectionEdge', description: 'A collection in a page.' },
    ),
  );
  builder.queryField('embeddingModels', (t) =>
    t.stringList({
      directives: listSize(3),
      description: 'Ids of the models that may embed the documents of a collection, the one of new collections first.',
      resolve: (_, _args, { services }) => {
        const { defaultModel, models } = services.embedders;
        return [defaultModel, ...models.filter((model) => model !== defaultModel)];
      },
    }),
  );
  builder.subscriptionField('collectionChanged', (t) =>
    t.field({
      type: collection,
      description:
        'A collection as it is now, and again whenever it or the state of a document changes. Events may be missed while a client is disconnected; the first event after a reconnect has the present state.',
      args: { id: t.arg.id({ required: true, description: 'Id of the collection.' }) },
      subscribe: (_, { id }, { services, identity }) => watchCollection(services, identity, id),
      resolve: ({ collectionId }, _, { services, identity }) =>
        requireCollection(services.database.forTenant(identity.tenantId), identity, collectionId, 'read'),
    }),
  );
};

const descriptions = {
  name: `Its name: 1 to ${mostNameCharacters} characters.`,
  description: `What it is for: at most ${mostDescriptionCharacters} characters.`,
  readerIds: `Ids of the users who may read it where its access is LISTED: at most ${mostReaders}.`,
};

const addChanges = (builder: KnowledgeBuilder, { access, collection }: CollectionTypes): void => {
  builder.mutationField('createCollection', (t) =>
    t.field({
      type: collection,
      description: 'Makes a collection of yours, without documents.',
      args: {
        name: t.arg.string({ required: true, description: descriptions.name }),
        description: t.arg.string({ description: descriptions.description }),
        access: t.arg({ type: access, defaultValue: 'PRIVATE', description: 'Who may read it.' }),
        readerIds: t.arg.idList({ description: descriptions.readerIds }),
        embeddingModel: t.arg.string({ description: 'The model that embeds its passages. Default: the operator’s.' }),
      },
      resolve: (_, args, { services, identity }) => createCollection(services, identity, args),
    }),
  );
  builder.mutationField('updateCollection', (t) =>
    t.field({
      type: collection,
      description: 'Changes what is given of a collection. For its owner, and for administrators unless it is PRIVATE.',
      args: {
        id: t.arg.id({ required: true, description: 'Id of the collection.' }),
        name: t.arg.string({ description: descriptions.name }),
        description: t.arg.string({ description: descriptions.description }),
        access: t.arg({ type: access, description: 'Who may read it.' }),
        readerIds: t.arg.idList({ description: `${descriptions.readerIds} Replaces the former list.` }),
      },
      resolve: (_, args, { services, identity }) => updateCollection(services, identity, args),
    }),
  );
  builder.mutationField('deleteCollection', (t) =>
    t.field({
      type: 'ID',
      description: 'Deletes a collection and its passages. Its files stay. Returns its id.',
      args: { id: t.arg.id({ required: true, description: 'Id of the collection.' }) },
      resolve: (_, { id }, { services, identity }) => deleteCollection(services, identity, id),
    }),
  );
};

const addDocumentChanges = (builder: KnowledgeBuilder, { collection }: CollectionTypes): void => {
  builder.mutationField('addDocuments', (t) =>
    t.field({
      type: collection,
      description:
        'Puts files of yours into a collection. Their passages are found once they are READY: see collectionChanged. Repeating it tries again what has failed.',
      args: {
        collectionId: t.arg.id({ required: true, description: 'Id of the collection.' }),
        fileIds: t.arg.idList({ required: true, description: `Ids of the files: at most ${mostAddedDocuments}.` }),
      },
      resolve: (_, args, { services, identity }) => addDocuments(services, identity, args),
    }),
  );
  builder.mutationField('removeDocument', (t) =>
    t.field({
      type: collection,
      description: 'Takes a file out of a collection. The file stays.',
      args: {
        collectionId: t.arg.id({ required: true, description: 'Id of the collection.' }),
        fileId: t.arg.id({ required: true, description: 'Id of the file.' }),
      },
      resolve: (_, args, { services, identity }) => removeDocument(services, identity, args),
    }),
  );
  builder.mutationField('reindexCollection', (t) =>
    t.field({
      type: collection,
      description:
        'Has another model embed the documents of a collection, which is searched by its former one until then. Without a model, or with the one that it has, what has failed is tried again.',
      args: {
        id: t.arg.id({ required: true, description: 'Id of the collection.' }),
        embeddingModel: t.arg.string({ description: 'Id of the model.' }),
      },
      resolve: (_, args, { services, identity }) => reindexCollection(services, identity, args),
    }),
  );
};

export const addCollections = (builder: KnowledgeBuilder, types: CollectionTypes): void => {
  addQueries(builder, types);
  addChanges(builder, types);
  addDocumentChanges(builder, types);
};
