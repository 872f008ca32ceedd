/** The costs of messages and conversations: fields that this subgraph adds to entities of other subgraphs. */
import { listSize } from '#kernel/subgraph-server/list-sizes.ts';
import type { UsageEvent } from '../entities.ts';
import { type BilledAttempt, itemiseReply } from '../ledger/itemise-reply.ts';
import type { UsageBuilder } from './builder.ts';

/** Int has 32 bits and the ledger has 64: an absurd count of a provider becomes the largest Int instead of an error. */
const maxInt = 2 ** 31 - 1;
const asInt = (count: number): number => Math.min(count, maxInt);

const addModel = ({ builder }: UsageBuilder) => {
  const Model = builder.objectRef<{ readonly id: string }>('Model').implement({
    fields: (t) => ({ id: t.exposeID('id') }),
  });
  builder.asEntity(Model, {
    key: builder.keyDirective(builder.selection<{ id: string }>('id'), false),
    resolveReference: (model) => model,
  });
  return Model;
};

const addAttempt = ({ builder }: UsageBuilder, Model: ReturnType<typeof addModel>) =>
  builder.objectRef<BilledAttempt>('UsageAttempt').implement({
    description: 'The share of one attempt, or one model, in a reply.',
    fields: (t) => ({
      attempt: t.int({
        description: 'Number of the attempt, from 1.',
        resolve: ({ attempt }) => asInt(attempt),
      }),
      model: t.field({
        type: Model,
        nullable: true,
        description: 'The model that ran; null if the attempt failed before that.',
        resolve: ({ modelId }) => (modelId === null || modelId === undefined ? null : { id: modelId }),
      }),
      inputTokens: t.int({
        description: 'Tokens of the prompt, including cached ones.',
        resolve: ({ inputTokens }) => asInt(inputTokens),
      }),
      cachedInputTokens: t.int({
        description: 'Tokens of the prompt that were in the cache of the provider.',
        resolve: ({ cachedInputTokens }) => asInt(cachedInputTokens),
      }),
      cacheWriteTokens: t.int({
        description: 'Tokens of the prompt that the provider wrote to its cache.',
        resolve: ({ cacheWriteTokens = 0 }) => asInt(cacheWriteTokens),
      }),
      outputTokens: t.int({
        description: 'Tokens of the reply, including reasoning.',
        resolve: ({ outputTokens }) => asInt(outputTokens),
      }),
      reasoningTokens: t.int({
        description: 'Tokens of the reply that were reasoning.',
        resolve: ({ reasoningTokens }) => asInt(reasoningTokens),
      }),
      inAnswer: t.exposeBoolean('inAnswer', {
        description: 'Whether its text is part of the reply. A share that was reset is not, and is not charged.',
      }),
      costUsd: t.expose('costUsd', {
        type: 'Decimal',
        description:
          'US dollars, exact, charged for this share. The prompt is charged once, with the first share of the reply.',
      }),
      queueWaitMs: t.exposeFloat('queueWaitMs', {
        description: 'Milliseconds from admission to the worker; 0 for a share that did not end the reply.',
      }),
      firstTokenMs: t.exposeFloat('firstTokenMs', {
        nullable: true,
        description:
          "Milliseconds from the worker's start to the first text or tool call, however long the model thinks before that; null if there was none, and for a share that did not end the reply.",
      }),
      durationMs: t.exposeFloat('durationMs', {
        description: "Milliseconds from the worker's start to the end; 0 for a share that did not end the reply.",
      }),
      occurredAt: t.expose('occurredAt', {
        type: 'DateTime',
        description: 'When the reply was entered in the ledger.',
      }),
    }),
  });

export const addCosts = (usage: UsageBuilder) => {
  const { builder } = usage;
  const Model = addModel(usage);
  const Attempt = addAttempt(usage, Model);
  const MessageUsage = builder.objectRef<UsageEvent>('MessageUsage').implement({
    description: 'What a reply used and cost, as billed.',
    fields: (t) => ({
      inputTokens: t.int({
        description: 'Tokens of the prompt, including cached ones.',
        resolve: ({ inputTokens }) => asInt(inputTokens),
      }),
      cachedInputTokens: t.int({
        description: 'Tokens of the prompt that were in the cache of the provider.',
        resolve: ({ cachedInputTokens }) => asInt(cachedInputTokens),
      }),
      cacheWriteTokens: t.int({
        description: 'Tokens of the prompt that the provider wrote to its cache.',
        resolve: ({ cacheWriteTokens = 0 }) => asInt(cacheWriteTokens),
      }),
      outputTokens: t.int({
        description: 'Tokens of the reply, including reasoning.',
        resolve: ({ outputTokens }) => asInt(outputTokens),
      }),
      reasoningTokens: t.int({
        description: 'Tokens of the reply that were reasoning.',
        resolve: ({ reasoningTokens }) => asInt(reasoningTokens),
      }),
      costUsd: t.expose('costUsd', { type: 'Decimal', description: 'US dollars, exact.' }),
      savedUsd: t.expose('savedUsd', {
        type: 'Decimal',
        description: 'US dollars, exact, that a reply from a cache cost when a model wrote it; 0 for all others.',
      }),
      attempts: t.field({
        type: [Attempt],
        directives: listSize(2),
        description:
          'One item for each attempt and model that had a share in the reply. The reply is billed once, for what is in it.',
        resolve: itemiseReply,
      }),
    }),
  });
  const Message = builder.objectRef<{ readonly id: string }>('Message').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      usage: t.field({
        type: MessageUsage,
        nullable: true,
        description: 'What its generation used and cost; null until that has ended, and for messages of users.',
        resolve: ({ id }, _, { entries }) => entries.load(id),
      }),
    }),
  });
  builder.asEntity(Message, { key: builder.selection<{ id: string }>('id'), resolveReference: (message) => message });
  const Conversation = builder.objectRef<{ readonly id: string }>('Conversation').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      cost: t.field({
        type: 'Decimal',
        description: 'US dollars that its replies, its title and its summaries have cost so far.',
        resolve: ({ id }, _, { costs }) => costs.load(id),
      }),
    }),
  });
  builder.asEntity(Conversation, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: (conversation) => conversation,
  });
  return { Conversation, Model };
};
