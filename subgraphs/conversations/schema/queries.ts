/** Query fields: one conversation, the list, one message, and full-text search. */
import { validate } from 'uuid';
import { findConversation, listConversations } from '../conversations/list-conversations.ts';
import { type SearchHit, searchMessages } from '../messages/search-messages.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

const addConversationQueries = (builder: ConversationsBuilder, types: ConversationsTypes): void => {
  const filter = builder.inputType('ConversationFilter', {
    description: 'Selects conversations of the list: those that meet every given condition.',
    fields: (t) => ({
      archived: t.boolean({ defaultValue: false, description: 'Archived conversations instead of the others.' }),
      pinned: t.boolean({ description: 'Only pinned conversations, or only the others.' }),
      deleted: t.boolean({
        defaultValue: false,
        description: 'Deleted conversations, which can be restored, instead of the others.',
      }),
      titleContains: t.string({ description: 'Part of the title, in any case.' }),
    }),
  });
  builder.queryFields((t) => ({
    conversation: t.field({
      type: types.Conversation,
      nullable: true,
      description: 'One conversation; null when there is none with this id, it is deleted, or it is not yours.',
      args: { id: t.arg.id({ required: true, description: 'Id of the conversation.' }) },
      resolve: (_, { id }, { identity, services }) => findConversation(services.database, identity, id),
    }),
    conversations: t.connection(
      {
        type: types.Conversation,
        description: 'Your conversations, latest change first. Pages forward only.',
        args: { filter: t.arg({ type: filter, description: 'Narrows the list.' }) },
        resolve: (_, args, { identity, services }) => listConversations(services.database, identity, args),
      },
      { name: 'ConversationConnection', description: 'A page of the list.' },
      { name: 'ConversationEdge', description: 'A conversation in a page.' },
    ),
  }));
};

const addMessageQueries = (builder: ConversationsBuilder, types: ConversationsTypes): void => {
  const searchHit = builder.objectRef<SearchHit>('MessageSearchHit').implement({
    description: 'A message that was found.',
    fields: (t) => ({
      message: t.field({ type: types.Message, description: 'The message.', resolve: (hit) => hit.message }),
      snippet: t.exposeString('snippet', {
        description:
          'Passages of the message, with the words that were found between <mark> and </mark>. The rest is the text as it was written: escape it before you show it as HTML.',
      }),
      rank: t.exposeFloat('rank', { description: 'Relevance; comparable within one search only.' }),
    }),
  });
  builder.queryFields((t) => ({
    message: t.field({
      type: types.Message,
      nullable: true,
      description: 'One message; null when there is none with this id, or it is not yours.',
      args: { id: t.arg.id({ required: true, description: 'Id of the message.' }) },
      resolve: async (_, { id }, { loaders }) => (validate(id) ? loaders.message.load(id) : null),
    }),
    searchMessages: t.connection(
      {
        type: searchHit,
        description:
          'Messages of yours that contain the words, most relevant first. Accents and case do not matter, and words of scripts without spaces are found inside a sentence. Understands "quoted phrases", or, and -exclusions. Pages forward only.',
        args: { query: t.arg.string({ required: true, description: 'What to search for; 1 to 200 characters.' }) },
        resolve: (_, args, { identity, services, loaders }) =>
          searchMessages(services.database, identity, args, (ids) => loaders.message.loadMany(ids)),
      },
      { name: 'MessageSearchConnection', description: 'A page of search results.' },
      { name: 'MessageSearchEdge', description: 'A hit in a page.' },
    ),
  }));
};

export const addQueries = (builder: ConversationsBuilder, types: ConversationsTypes): void => {
  addConversationQueries(builder, types);
  addMessageQueries(builder, types);
};
