/** Mutations of a conversation itself: create, change, delete softly, restore, choose its branch. */
import { v7 as uuidv7 } from 'uuid';
import { AppError } from '#kernel/errors.ts';
import { requireConversation, requireMessage } from '../access.ts';
import { tipOfRun } from '../branch.ts';
import type { ChangeKind } from '../changes.ts';
import { type Conversation, ConversationEntity } from '../entities.ts';
import { readStoredBytes, requireStorage } from '../storage.ts';
import { builder } from './builder.ts';
import type { ConversationsContext } from './context.ts';
import { ConversationRef } from './message-type.ts';

const maxTitleLength = 200;
const maxPolicyLength = 200;

const bounded = (value: string | null | undefined, argument: string, most: number): string | null | undefined => {
  if (value != null && (value.trim() === '' || value.length > most)) {
    throw new AppError('BAD_USER_INPUT', `"${argument}" has 1 to ${most} characters, or is null.`, { argument });
  }
  return value;
};

const settings = (
  t: Parameters<Parameters<typeof builder.inputType<string, Record<string, never>>>[1]['fields']>[0],
) => ({
  title: t.string({ description: `At most ${maxTitleLength} characters; null: generated after the first turn.` }),
  modelPolicy: t.string({ description: "Name of a routing policy or a model's id; null: the tenant's default." }),
  systemPrompt: t.string({ description: 'Instructions that every prompt of this conversation begins with.' }),
});

const CreateConversationInput = builder.inputType('CreateConversationInput', {
  description: 'A new conversation. Everything is optional.',
  fields: (t) => settings(t),
});

const UpdateConversationInput = builder.inputType('UpdateConversationInput', {
  description: 'What changes. A field that is absent stays; null clears it.',
  fields: (t) => ({
    ...settings(t),
    pinned: t.boolean({ description: 'Keep it at the top of the list.' }),
    archived: t.boolean({ description: 'Leave it out of the list.' }),
  }),
});

/** Changes one of the caller's conversations in one transaction. Throws NOT_FOUND. */
const change = async (
  { identity, services }: ConversationsContext,
  id: string,
  kind: ChangeKind,
  options: { readonly deleted?: boolean },
  apply: (conversation: Conversation) => void,
): Promise<Conversation> => {
  const conversation = await services.database.forTenant(identity.tenantId).transactional(async (em) => {
    const found = await requireConversation(em, identity, id, { intent: 'write', ...options });
    apply(found);
    found.updatedAt = new Date();
    return found;
  });
  services.turns.changes.announce(conversation, kind);
  return conversation;
};

builder.mutationFields((t) => ({
  createConversation: t.field({
    type: ConversationRef,
    description: 'Makes an empty conversation.',
    args: { input: t.arg({ type: CreateConversationInput, required: true, description: 'Its settings.' }) },
    resolve: async (_, { input }, { identity, services }) => {
      const em = services.database.forTenant(identity.tenantId);
      requireStorage(await readStoredBytes(em), input.systemPrompt ?? '', services.turns.maxStoredBytes);
      const now = new Date();
      const conversation = em.create(ConversationEntity, {
        id: uuidv7(),
        tenantId: identity.tenantId,
        ownerId: identity.userId,
        title: bounded(input.title, 'title', maxTitleLength) ?? null,
        modelPolicy: bounded(input.modelPolicy, 'modelPolicy', maxPolicyLength) ?? null,
        systemPrompt: bounded(input.systemPrompt, 'systemPrompt', services.maxContentLength) ?? null,
        pinned: false,
        archived: false,
        legalHold: false,
        createdAt: now,
        updatedAt: now,
      });
      await em.flush();
      services.turns.changes.announce(conversation, 'CREATED');
      return conversation;
    },
  }),
  updateConversation: t.field({
    type: ConversationRef,
    description: 'Changes settings of your conversation.',
    args: {
      id: t.arg.id({ required: true, description: 'Its id.' }),
      input: t.arg({ type: UpdateConversationInput, required: true, description: 'What changes.' }),
    },
    resolve: async (_, { id, input }, context) => {
      const title = bounded(input.title, 'title', maxTitleLength);
      const modelPolicy = bounded(input.modelPolicy, 'modelPolicy', maxPolicyLength);
      const systemPrompt = bounded(input.systemPrompt, 'systemPrompt', context.services.maxContentLength);
      if (systemPrompt != null) {
        const stored = await readStoredBytes(context.services.database.forTenant(context.identity.tenantId));
        requireStorage(stored, systemPrompt, context.services.turns.maxStoredBytes);
      }
      return change(context, id, 'UPDATED', {}, (conversation) => {
        if (title !== undefined) conversation.title = title;
        if (modelPolicy !== undefined) conversation.modelPolicy = modelPolicy;
        if (systemPrompt !== undefined) conversation.systemPrompt = systemPrompt;
        conversation.pinned = input.pinned ?? conversation.pinned;
        conversation.archived = input.archived ?? conversation.archived;
      });
    },
  }),
  deleteConversation: t.field({
    type: ConversationRef,
    description: 'Deletes it softly: it is gone from every list, and restoreConversation brings it back.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_, { id }, context) =>
      change(context, id, 'DELETED', {}, (conversation) => {
        conversation.deletedAt = new Date();
      }),
  }),
  restoreConversation: t.field({
    type: ConversationRef,
    description: 'Undoes deleteConversation. Harmless when it is not deleted.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_, { id }, context) =>
      change(context, id, 'RESTORED', { deleted: true }, (conversation) => {
        conversation.deletedAt = null;
      }),
  }),
  selectBranch: t.field({
    type: ConversationRef,
    description:
      'Makes the branch with this message the current one: the head becomes the last message that follows it.',
    args: { messageId: t.arg.id({ required: true, description: 'A message of the branch, usually one of siblings.' }) },
    resolve: async (_, { messageId }, { identity, services }) => {
      const selected = await services.database.forTenant(identity.tenantId).transactional(async (em) => {
        const { message, conversation } = await requireMessage(em, identity, messageId, 'write');
        conversation.headId = (await tipOfRun(em, message)).id;
        conversation.updatedAt = new Date();
        return conversation;
      });
      services.turns.changes.announce(selected, 'BRANCH_SELECTED', messageId);
      return selected;
    },
  }),
}));
