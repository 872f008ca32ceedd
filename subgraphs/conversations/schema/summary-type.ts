/** The GraphQL type ConversationSummary. */
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

export const addSummaryType = (
  builder: ConversationsBuilder,
  { ConversationSummary, Message }: ConversationsTypes,
): void => {
  builder.objectType(ConversationSummary, {
    description:
      'What prompts have in place of the older turns of a branch. A model wrote it, and every message below the last one that it covers is in prompts word for word.',
    fields: (t) => ({
      text: t.exposeString('content', { description: 'The summary, as models get it.' }),
      tokens: t.exposeInt('tokens', { description: 'Its tokens, as the model that wrote it counts them.' }),
      messageCount: t.exposeInt('depth', { description: 'Number of messages that it covers, from the first one on.' }),
      lastMessage: t.field({
        type: Message,
        nullable: true,
        description: 'The last message that it covers.',
        resolve: ({ lastMessageId }, _, { loaders }) => loaders.message.load(lastMessageId),
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was made.',
        resolve: ({ createdAt }) => createdAt,
      }),
    }),
  });
};
