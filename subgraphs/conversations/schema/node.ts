/**
 * The interface Node and `Query.node`, by which clients such as Relay refetch an object whose type they know from
 * before. Ids are unique over all types, so knowledge is asked only for what is not here. Invariant: a node is found
 * exactly where the query of its own type finds it.
 */
import { validate } from 'uuid';
import { findConversation } from '../conversations/list-conversations.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

export const addNode = (builder: ConversationsBuilder, { Node }: ConversationsTypes): void => {
  Node.implement({
    description: 'An object that can be read again by its id alone.',
    resolveType: (node) => {
      if ('typename' in node) return node.typename;
      return 'conversationId' in node ? 'Message' : 'Conversation';
    },
    fields: (t) => ({ id: t.exposeID('id', { description: 'UUIDv7, of one object of all types.' }) }),
  });
  builder.queryField('node', (t) =>
    t.field({
      type: Node,
      nullable: true,
      description:
        'A conversation, a message, a file or a collection; null when there is none with this id, it is deleted, or it is not yours.',
      args: { id: t.arg.id({ required: true, description: 'Id of the object.' }) },
      resolve: async (_, { id }, { identity, services, loaders }) => {
        if (!validate(id)) return null;
        const [conversation, message] = await Promise.all([
          findConversation(services.database, identity, id),
          loaders.message.load(id),
        ]);
        return conversation ?? message ?? services.findKnowledgeNode(identity, id);
      },
    }),
  );
};
