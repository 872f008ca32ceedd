/** Mutations that start a turn or stop a generation. */
import { maxAttachments } from '#contracts/files.ts';
import type { ReasoningEffort } from '#contracts/generation-job.ts';
import type { ReusePolicy } from '#contracts/reuse.ts';
import { currentMessage } from '../replies/current-message.ts';
import { stopGeneration } from '../replies/stop-generation.ts';
import type { TurnResult } from '../turns/idempotency.ts';
import { editMessage, maxKeyLength, regenerateMessage, sendMessage } from '../turns/request-turn.ts';
import type { BusyPolicy } from '../turns/store-turn.ts';
import type { ConversationsBuilder, InputFields } from './builder.ts';
import type { MessageEnums } from './message-type.ts';
import type { ConversationsTypes } from './types.ts';

const addPayload = (builder: ConversationsBuilder, { Message }: ConversationsTypes) =>
  builder.objectRef<TurnResult>('SendMessagePayload').implement({
    description: 'One turn. Subscribe to messageStream of the assistant message, or read its content later.',
    fields: (t) => ({
      userMessage: t.field({ type: Message, description: 'The question.', resolve: ({ question }) => question }),
      assistantMessage: t.field({
        type: Message,
        description: 'The reply, which is yet to be written.',
        // A new reply has no log yet, so its row is up to date.
        resolve: ({ replayed, reply }, _, { services }) =>
          replayed ? currentMessage(services.streamLog, reply) : reply,
      }),
      replayed: t.exposeBoolean('replayed', {
        description: 'Whether the idempotencyKey was used before, so that nothing new was started.',
      }),
    }),
  });

const addResponseFormat = (builder: ConversationsBuilder, { ResponseFormatType }: MessageEnums) =>
  builder.inputType('ResponseFormatInput', {
    description: 'The format that a reply has to have.',
    fields: (t) => ({
      type: t.field({ type: ResponseFormatType, required: true, description: 'The format.' }),
      schema: t.string({
        description:
          'JSON text of the JSON Schema, for JSON_SCHEMA only: up to 16,384 characters, 500 subschemas and 24 levels. "$ref" may name parts of the schema itself, in no circle; patterns neither look around nor refer back.',
      }),
    }),
  });

const addInputs = (builder: ConversationsBuilder, enums: MessageEnums) => {
  const responseFormat = addResponseFormat(builder, enums);
  const busyPolicy = builder.enumType('BusyPolicy', {
    description: 'What to do while a reply is being written in the conversation.',
    values: {
      REJECT: { description: 'Refuse with CONVERSATION_BUSY.' },
      ENQUEUE: { description: 'Reply after all replies that are running or waiting.' },
      INTERRUPT: { description: 'Stop all replies that are running or waiting, keep their text, then reply.' },
    } satisfies Record<BusyPolicy, object>,
  });
  const reasoningEffort = builder.enumType('ReasoningEffort', {
    description: 'How much a model thinks before it replies, where the model lets one choose.',
    values: {
      NONE: { description: 'Not at all, where the model can do without.' },
      LOW: { description: 'A little: up to 2,048 tokens on top of maxOutputTokens.' },
      MEDIUM: { description: 'Up to 8,192 tokens on top of maxOutputTokens.' },
      HIGH: { description: 'For hard questions: up to 24,576 tokens on top of maxOutputTokens.' },
    } satisfies Record<ReasoningEffort, object>,
  });
  const reusePolicy = builder.enumType('ReusePolicy', {
    description: 'Whether a reply may be one that was written before.',
    values: {
      DEFAULT: { description: 'As the routing policy says.' },
      NEVER: { description: 'A model is asked, and its reply is not kept for others.' },
    } satisfies Record<ReusePolicy, object>,
  });
  const reuseField = (t: InputFields) =>
    t.field({
      type: reusePolicy,
      description: 'Whether the reply may be one that was written before for an equal question; null for DEFAULT.',
    });
  const generationFields = (t: InputFields) => ({
    idempotencyKey: t.string({
      required: true,
      description: `Made by the client, one for each new message, and reused for retries; 1 to ${maxKeyLength} characters.`,
    }),
    replyId: t.id({
      description:
        'UUIDv7 for the assistant message, made by the client, so that it can open messageStream at the same time.',
    }),
    modelPolicy: t.string({
      description: "Name of a routing policy, or a model's id; null for the conversation's setting.",
    }),
    maxOutputTokens: t.int({
      description:
        "Most tokens of the reply, within the ceilings of your plan and the routing policy; null for their default, or the model's own limit.",
    }),
    temperature: t.float({ description: "0 to 2; null for the model's default." }),
    reasoningEffort: t.field({
      type: reasoningEffort,
      description:
        'How much the model thinks first; null for what it does by itself. Models that do not let one choose ignore it. Thinking is billed as a part of the reply.',
    }),
    responseFormat: t.field({
      type: responseFormat,
      description:
        'The format that the reply has to have; null for text. The model is asked for it and the reply is checked: one that does not fit is written once more, and fails with OUTPUT_INVALID if it still does not.',
    }),
    tools: t.stringList({
      description:
        'Names of the tools that the model may call, out of those that the query "callableTools" lists; a model with the capability TOOLS then writes the reply. Empty for none; null for all, where the model supports tools.',
    }),
    onBusy: t.field({
      type: busyPolicy,
      defaultValue: 'REJECT' as const,
      description: 'What to do while a reply is being written.',
    }),
  });
  return {
    send: builder.inputType('SendMessageInput', {
      description: 'A question to a conversation.',
      fields: (t) => ({
        conversationId: t.id({ required: true, description: 'The conversation to ask in.' }),
        content: t.string({ required: true, description: 'The text; not empty.' }),
        attachmentIds: t.idList({
          description: `Ids of your files that come with it, READY, at most ${maxAttachments}. Pictures require a model with the capability VISION; of documents, the model reads the text.`,
        }),
        parentId: t.id({ description: "The message to continue after; null for the conversation's head." }),
        ...generationFields(t),
        reuse: reuseField(t),
      }),
    }),
    regenerate: builder.inputType('RegenerateMessageInput', {
      description: 'Another reply to the same question.',
      fields: (t) => ({
        messageId: t.id({ required: true, description: 'The reply to make an alternative to.' }),
        ...generationFields(t),
      }),
    }),
    edit: builder.inputType('EditMessageInput', {
      description: 'Another wording of a question, on a new branch.',
      fields: (t) => ({
        messageId: t.id({ required: true, description: 'The question to make an alternative to.' }),
        content: t.string({ required: true, description: 'The new text; not empty.' }),
        attachmentIds: t.idList({
          description: 'Ids of your files that come with it; null for those that came before.',
        }),
        ...generationFields(t),
        reuse: reuseField(t),
      }),
    }),
  };
};

export const addTurnMutations = (builder: ConversationsBuilder, types: ConversationsTypes & MessageEnums): void => {
  const payload = addPayload(builder, types);
  const inputs = addInputs(builder, types);
  builder.mutationFields((t) => ({
    sendMessage: t.field({
      type: payload,
      description:
        'Admits, stores and queues one turn. Repeating an idempotencyKey returns the same payload; with a different input it is refused with IDEMPOTENCY_KEY_REUSED.',
      args: { input: t.arg({ type: inputs.send, required: true, description: 'The question.' }) },
      resolve: (_, { input }, { identity, services }) => sendMessage(services, identity, input),
    }),
    regenerateMessage: t.field({
      type: payload,
      description: 'Starts another reply to the same question: a sibling of the given reply, and the new head.',
      args: { input: t.arg({ type: inputs.regenerate, required: true, description: 'The reply.' }) },
      resolve: (_, { input }, { identity, services }) => regenerateMessage(services, identity, input),
    }),
    editMessage: t.field({
      type: payload,
      description: 'Asks a question again in other words: a sibling of the given question, on a new branch.',
      args: { input: t.arg({ type: inputs.edit, required: true, description: 'The new wording.' }) },
      resolve: (_, { input }, { identity, services }) => editMessage(services, identity, input),
    }),
    stopGeneration: t.field({
      type: types.Message,
      description:
        'Stops a reply. Its text so far is kept, with status CANCELLED. Returns once the stop request is stored. Has no effect when it is repeated or comes too late.',
      args: { messageId: t.arg.id({ required: true, description: 'The reply.' }) },
      resolve: (_, { messageId }, { identity, services }) => stopGeneration(services, identity, messageId),
    }),
  }));
};
