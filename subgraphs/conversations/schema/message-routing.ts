/** The GraphQL type MessageRouting: why a reply went to its model. */
import type { ClassReason } from '#contracts/complexity/conversation-class.ts';
import { complexityOptions } from '#kernel/subgraph-server/complexity.ts';
import type { MessageRouting } from '../entities.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

export const addMessageRouting = (builder: ConversationsBuilder, types: ConversationsTypes) => {
  const complexity = builder.enumType('Complexity', complexityOptions);
  const basis = builder.enumType('RoutingBasis', {
    description: 'Why a turn has its class.',
    values: {
      QUESTION: { description: 'The question was judged by itself.' },
      CONVERSATION: { description: 'The conversation has had a harder question.' },
      TOO_SHORT: { description: 'The question is too short to judge, and takes the class of the conversation.' },
      NOTHING_BEFORE: { description: 'The question is short, and nothing came before it.' },
      IDLE: { description: 'The conversation has paused for long, so the question was judged by itself.' },
    } satisfies Record<ClassReason, object>,
  });
  return builder.objectRef<MessageRouting>('MessageRouting').implement({
    description: 'How a turn was judged when it was sent, and why its reply went to a model.',
    fields: (t) => ({
      policy: t.exposeString('policy', {
        nullable: true,
        description:
          'Name of the routing policy that was followed; null where a model was named, and without policies.',
      }),
      complexity: t.field({
        type: complexity,
        description:
          'Class of the turn: that of its question, or of the conversation, whose class does not fall until it pauses for half an hour.',
        resolve: (routing) => routing.complexity,
      }),
      basis: t.field({ type: basis, description: 'Why it has this class.', resolve: (routing) => routing.basis }),
      overflowed: t.exposeBoolean('overflowed', {
        description: 'Whether the queue of a better model was full, so that the reply went to this one.',
      }),
      language: t.exposeString('language', {
        nullable: true,
        description: 'Language of the question by ISO 639-1; null if it was not recognized.',
      }),
      model: t.field({
        type: types.Model,
        description: 'The model that was chosen. Message.model is another one if this one failed.',
        resolve: ({ modelId }) => ({ id: modelId }),
      }),
      reason: t.exposeString('reason', { description: 'Why this model, in sentences.' }),
    }),
  });
};
