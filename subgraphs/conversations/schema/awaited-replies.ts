/** The internal field that usage queries before it releases what is reserved for a reply. Not in the public schema. */
import { findAwaitedReplies } from '../replies/find-awaited-replies.ts';
import type { ConversationsBuilder } from './builder.ts';

export const addAwaitedReplies = (builder: ConversationsBuilder): void => {
  builder.queryField('awaitedReplies', (t) =>
    t.field({
      type: ['ID'],
      description: 'Those of the given replies that have not ended, or have ended within the last 15 minutes.',
      inaccessible: true,
      authScopes: { service: true },
      args: { messageIds: t.arg.idList({ required: true, description: 'Ids of replies, stored or not.' }) },
      resolve: (_, { messageIds }, { identity, services }) =>
        findAwaitedReplies(services.database, identity, messageIds),
    }),
  );
};
