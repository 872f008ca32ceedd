/** Mutations of a conversation itself: create, update, delete softly, restore, select its current branch. */
import { deleteConversation, restoreConversation, updateConversation } from '../conversations/change-conversation.ts';
import { maxTitleLength, mostCollections } from '../conversations/conversation-settings.ts';
import { createConversation } from '../conversations/create-conversation.ts';
import { setLegalHold } from '../conversations/legal-hold.ts';
import { markConversationRead } from '../conversations/mark-read.ts';
import { selectBranch } from '../messages/select-branch.ts';
import type { ConversationsBuilder, InputFields } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

const settings = (t: InputFields) => ({
  title: t.string({
    description: `At most ${maxTitleLength} characters; null: generated after the next completed reply.`,
  }),
  modelPolicy: t.string({ description: "Name of a routing policy, or a model's id; null for the tenant's default." }),
  systemPrompt: t.string({
    description:
      'Instructions at the beginning of every prompt of this conversation. Screened like a message: CONTENT_BLOCKED.',
  }),
  collectionIds: t.idList({
    description: `Ids of the collections of documents that replies may draw on: at most ${mostCollections}; null for none.`,
  }),
  budgetUsd: t.field({
    type: 'Decimal',
    description:
      'US dollars that the conversation may cost altogether, from 0; null for no budget. A message that could exceed it is refused with QUOTA_EXCEEDED.',
  }),
});

const addInputs = (builder: ConversationsBuilder) => ({
  create: builder.inputType('CreateConversationInput', {
    description: 'A new conversation. Everything is optional.',
    fields: (t) => settings(t),
  }),
  update: builder.inputType('UpdateConversationInput', {
    description: 'Settings to change. An absent field stays as it is; null clears it.',
    fields: (t) => ({
      ...settings(t),
      pinned: t.boolean({ description: 'Whether to show it at the top of the list.' }),
      archived: t.boolean({ description: 'Whether to leave it out of the list.' }),
    }),
  }),
});

export const addConversationMutations = (builder: ConversationsBuilder, { Conversation }: ConversationsTypes): void => {
  const inputs = addInputs(builder);
  builder.mutationFields((t) => ({
    createConversation: t.field({
      type: Conversation,
      description: 'Creates an empty conversation.',
      args: { input: t.arg({ type: inputs.create, required: true, description: 'Its settings.' }) },
      resolve: (_, { input }, { identity, services }) => createConversation(services, identity, input),
    }),
    updateConversation: t.field({
      type: Conversation,
      description: 'Changes settings of your conversation.',
      args: {
        id: t.arg.id({ required: true, description: 'Id of the conversation.' }),
        input: t.arg({ type: inputs.update, required: true, description: 'What to change.' }),
      },
      resolve: (_, { id, input }, { identity, services }) => updateConversation(services, identity, { id, ...input }),
    }),
    deleteConversation: t.field({
      type: Conversation,
      description:
        'Deletes your conversation and stops its replies: every list leaves it out, its messages cannot be read, and restoreConversation restores it, for 30 days where the operator has set nothing else. Then it is purged, with the files that you have attached only there and that are in no collection.',
      args: { id: t.arg.id({ required: true, description: 'Id of the conversation.' }) },
      resolve: (_, { id }, { identity, services }) => deleteConversation(services, identity, id),
    }),
    restoreConversation: t.field({
      type: Conversation,
      description:
        'Undoes deleteConversation. Has no effect when the conversation is not deleted, and NOT_FOUND once it was purged.',
      args: { id: t.arg.id({ required: true, description: 'Id of the conversation.' }) },
      resolve: (_, { id }, { identity, services }) => restoreConversation(services, identity, id),
    }),
    setLegalHold: t.field({
      type: Conversation,
      description:
        'Puts a conversation of your tenant under a legal hold, or ends it. What is under a hold is not purged, and stays when its owner is deleted. Its owner sees it in Conversation.legalHold. ADMIN only.',
      authScopes: { role: 'ADMIN' },
      args: {
        id: t.arg.id({ required: true, description: 'Id of the conversation, deleted or not.' }),
        legalHold: t.arg.boolean({ required: true, description: 'Whether it is under a hold from now on.' }),
      },
      resolve: (_, args, { identity, services }) => setLegalHold(services, identity, args),
    }),
    markConversationRead: t.field({
      type: Conversation,
      description:
        'Marks your conversation as read, on all your devices. Call it when the end of a reply has been shown.',
      args: { id: t.arg.id({ required: true, description: 'Id of the conversation.' }) },
      resolve: (_, { id }, { identity, services }) => markConversationRead(services, identity, id),
    }),
    selectBranch: t.field({
      type: Conversation,
      description:
        'Makes the branch that holds this message the current one. The head becomes the last message that follows it before the next fork.',
      args: {
        messageId: t.arg.id({ required: true, description: 'A message of the branch, usually one of siblings.' }),
      },
      resolve: (_, { messageId }, { identity, services }) => selectBranch(services, identity, messageId),
    }),
  }));
};
