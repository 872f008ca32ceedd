/** Mutations that start or stop a generation. */
import { validate, version } from 'uuid';
import { AppError } from '#kernel/errors.ts';
import { requireMessage } from '../access.ts';
import { type Message, MessageEntity } from '../entities.ts';
import { readMessage } from '../streams/in-flight.ts';
import { hashRequest, type TurnResult } from '../turns/idempotency.ts';
import type { Place } from '../turns/read-turn.ts';
import { startTurn } from '../turns/start-turn.ts';
import { stopGeneration } from '../turns/stop-generation.ts';
import { builder } from './builder.ts';
import type { ConversationsContext } from './context.ts';
import { MessageRef } from './message-type.ts';

const maxKeyLength = 200;

const BusyPolicy = builder.enumType('BusyPolicy', {
  description: 'What to do while an answer is being written in the conversation.',
  values: {
    REJECT: { description: 'Refuse with CONVERSATION_BUSY.' },
    ENQUEUE: { description: 'Answer after what runs and waits.' },
    INTERRUPT: { description: 'Stop what runs and waits, keep what was written, then answer.' },
  },
});

const SendMessagePayload = builder.objectRef<TurnResult>('SendMessagePayload').implement({
  description: 'One turn. Subscribe to messageStream of the assistant message, or read its content later.',
  fields: (t) => ({
    userMessage: t.field({ type: MessageRef, description: 'The question.', resolve: (turn) => turn.userMessage }),
    assistantMessage: t.field({
      type: MessageRef,
      description: 'The answer to come.',
      // A new one has no log yet: it is as it was stored.
      resolve: (turn, _, { services }) =>
        turn.replayed ? readMessage(services.ports.streamLog, turn.assistantMessage) : turn.assistantMessage,
    }),
    replayed: t.exposeBoolean('replayed', {
      description: 'True when the idempotencyKey was used before: nothing new was started.',
    }),
  }),
});

type InputFields = Parameters<Parameters<typeof builder.inputType<string, Record<string, never>>>[1]['fields']>[0];

const generationFields = (t: InputFields) => ({
  idempotencyKey: t.string({
    required: true,
    description: `Made by the client, one for each new message, kept across retries; 1 to ${maxKeyLength} characters.`,
  }),
  replyId: t.id({
    description:
      'UUIDv7 for the assistant message, made by the client, so that messageStream can be opened in the same flight.',
  }),
  modelPolicy: t.string({ description: "Name of a routing policy or a model's id; null: the conversation's." }),
  maxOutputTokens: t.int({ description: 'Most tokens of the answer; null: the model’s own bound.' }),
  temperature: t.float({ description: '0 to 2; null: the model’s default.' }),
  tools: t.stringList({
    description:
      'Names of the tools that the model may call, of those that the query "tools" lists; then a model with the capability TOOLS answers. Empty: none. Null: all, where the model can.',
  }),
  onBusy: t.field({
    type: BusyPolicy,
    defaultValue: 'REJECT' as const,
    description: 'What to do while an answer is being written.',
  }),
});

const SendMessageInput = builder.inputType('SendMessageInput', {
  description: 'A question to a conversation.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'Where to ask.' }),
    content: t.string({ required: true, description: 'The text; not empty.' }),
    parentId: t.id({ description: "The message to continue after; null: the conversation's head." }),
    ...generationFields(t),
  }),
});

const RegenerateMessageInput = builder.inputType('RegenerateMessageInput', {
  description: 'Another answer to the same question.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The answer to make an alternative to.' }),
    ...generationFields(t),
  }),
});

const EditMessageInput = builder.inputType('EditMessageInput', {
  description: 'Another wording of a question, on a branch of its own.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'The question to make an alternative to.' }),
    content: t.string({ required: true, description: 'The new text; not empty.' }),
    ...generationFields(t),
  }),
});

interface GenerationInput {
  readonly idempotencyKey: string;
  readonly replyId?: string | null | undefined;
  readonly modelPolicy?: string | null | undefined;
  readonly maxOutputTokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly tools?: readonly string[] | null | undefined;
  readonly onBusy?: 'REJECT' | 'ENQUEUE' | 'INTERRUPT' | null | undefined;
}

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument });
};

const checkContent = (content: string, most: number): void => {
  if (content.trim() === '') refuse('content', 'A message needs some text.');
  if (content.length > most)
    refuse('content', `A message has at most ${most} characters. Shorten it, or send it in parts.`);
};

const readGeneration = (operation: string, input: GenerationInput) => {
  const { idempotencyKey, replyId, maxOutputTokens, temperature } = input;
  if (idempotencyKey === '' || idempotencyKey.length > maxKeyLength) {
    refuse('idempotencyKey', `"idempotencyKey" has 1 to ${maxKeyLength} characters.`);
  }
  if (replyId != null && !(validate(replyId) && version(replyId) === 7))
    refuse('replyId', '"replyId" is a UUID of version 7.');
  if (maxOutputTokens != null && maxOutputTokens < 1) refuse('maxOutputTokens', '"maxOutputTokens" is at least 1.');
  if (temperature != null && !(temperature >= 0 && temperature <= 2))
    refuse('temperature', '"temperature" is between 0 and 2.');
  return {
    idempotencyKey,
    requestHash: hashRequest(operation, input),
    replyId: replyId?.toLowerCase(),
    modelPolicy: input.modelPolicy ?? undefined,
    maxOutputTokens: maxOutputTokens ?? undefined,
    temperature: temperature ?? undefined,
    tools: input.tools ?? undefined,
    onBusy: input.onBusy ?? ('REJECT' as const),
  };
};

const parentOf = async (
  { identity, services }: ConversationsContext,
  message: Message,
): Promise<Message | undefined> =>
  message.parentId == null
    ? undefined
    : services.database.forTenant(identity.tenantId).findOneOrFail(MessageEntity, { id: message.parentId });

builder.mutationFields((t) => ({
  sendMessage: t.field({
    type: SendMessagePayload,
    description:
      'Admits, stores and queues one turn. The same idempotencyKey gives the same payload; with another input IDEMPOTENCY_KEY_REUSED.',
    args: { input: t.arg({ type: SendMessageInput, required: true, description: 'The question.' }) },
    resolve: (_, { input }, { identity, services }) => {
      checkContent(input.content, services.maxContentLength);
      const generation = readGeneration('sendMessage', input);
      const { conversationId, parentId, content: question } = input;
      const place: Place = parentId == null ? { kind: 'head' } : { kind: 'message', id: parentId };
      return startTurn(services.turns, { ...generation, identity, conversationId, place, question });
    },
  }),
  regenerateMessage: t.field({
    type: SendMessagePayload,
    description: 'Starts another answer to the same question: a sibling of the given one, and the new head.',
    args: { input: t.arg({ type: RegenerateMessageInput, required: true, description: 'The answer.' }) },
    resolve: async (_, { input }, context) => {
      const { identity, services } = context;
      const generation = readGeneration('regenerateMessage', input);
      const em = services.database.forTenant(identity.tenantId);
      const { message, conversation } = await requireMessage(em, identity, input.messageId, 'write');
      const question = await parentOf(context, message);
      if (message.role !== 'ASSISTANT' || !question)
        return refuse('messageId', 'Only an answer can be regenerated. Use editMessage for a question.');
      const place = { kind: 'message', id: question.id } as const;
      return startTurn(services.turns, { ...generation, identity, conversationId: conversation.id, place, question });
    },
  }),
  editMessage: t.field({
    type: SendMessagePayload,
    description: 'Asks the question anew in other words: a sibling of the given one, a new branch with its own answer.',
    args: { input: t.arg({ type: EditMessageInput, required: true, description: 'The new wording.' }) },
    resolve: async (_, { input }, { identity, services }) => {
      checkContent(input.content, services.maxContentLength);
      const generation = readGeneration('editMessage', input);
      const em = services.database.forTenant(identity.tenantId);
      const { message, conversation } = await requireMessage(em, identity, input.messageId, 'write');
      if (message.role !== 'USER')
        return refuse('messageId', 'Only a question can be edited. Use regenerateMessage for an answer.');
      const { parentId } = message;
      const place: Place = parentId == null ? { kind: 'root' } : { kind: 'message', id: parentId };
      const question = input.content;
      return startTurn(services.turns, { ...generation, identity, conversationId: conversation.id, place, question });
    },
  }),
  stopGeneration: t.field({
    type: MessageRef,
    description:
      'Stops an answer; what was written stays, with status CANCELLED. Returns when the wish is recorded. Harmless when repeated or too late.',
    args: { messageId: t.arg.id({ required: true, description: 'The answer.' }) },
    resolve: (_, { messageId }, { identity, services }) => stopGeneration(services, identity, messageId),
  }),
}));
