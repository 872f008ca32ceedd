/** What messages and conversations cost: fields that this subgraph adds to entities of others. */
import type { LedgerPart, UsageEvent } from '../entities.ts';
import type { UsageBuilder } from './builder.ts';

/**
 * Int has 32 bits, and the ledger 64: a count that a provider made up is shown as the most that fits, and is no error.
 */
const mostInt = 2 ** 31 - 1;
const asInt = (count: number): number => Math.min(count, mostInt);

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

/** One part of an entry, with what the worker that ended the answer knows of its own time. */
interface Attempt extends Omit<LedgerPart, 'modelId'> {
  readonly modelId: string | null | undefined;
  readonly queueWaitMs: number;
  readonly firstTokenMs: number | null | undefined;
  readonly durationMs: number;
  readonly occurredAt: Date;
}

/** Of an attempt whose worker was lost, or whose model was replaced, no time is known. */
const noTimes = { queueWaitMs: 0, firstTokenMs: null, durationMs: 0 };

const attemptsOf = (event: UsageEvent): readonly Attempt[] =>
  event.attempts.length === 0
    ? [{ ...event, inAnswer: true }]
    : event.attempts.map((part, index) =>
        index === event.attempts.length - 1 ? { ...event, ...part } : { ...event, ...part, ...noTimes },
      );

const addAttempt = ({ builder }: UsageBuilder, Model: ReturnType<typeof addModel>) =>
  builder.objectRef<Attempt>('UsageAttempt').implement({
    description: 'What one attempt, or one model, had in the answer to a message.',
    fields: (t) => ({
      attempt: t.int({
        description: 'Which attempt of the workers it was; the first is 1.',
        resolve: ({ attempt }) => asInt(attempt),
      }),
      model: t.field({
        type: Model,
        nullable: true,
        description: 'Model that ran; null when it failed before any did.',
        resolve: ({ modelId }) => (modelId === null || modelId === undefined ? null : { id: modelId }),
      }),
      inputTokens: t.int({
        description: 'Tokens of the prompt, cached ones included.',
        resolve: ({ inputTokens }) => asInt(inputTokens),
      }),
      cachedInputTokens: t.int({
        description: 'Tokens of the prompt that the provider had cached.',
        resolve: ({ cachedInputTokens }) => asInt(cachedInputTokens),
      }),
      outputTokens: t.int({
        description: 'Tokens of the answer, reasoning included.',
        resolve: ({ outputTokens }) => asInt(outputTokens),
      }),
      reasoningTokens: t.int({
        description: 'Tokens of the answer that were reasoning.',
        resolve: ({ reasoningTokens }) => asInt(reasoningTokens),
      }),
      inAnswer: t.exposeBoolean('inAnswer', {
        description: 'Whether what it said is in the answer. What was reset is not, and is not charged.',
      }),
      costUsd: t.expose('costUsd', {
        type: 'Decimal',
        description:
          'US dollars, exact, that are charged for it. The prompt is charged once, to the first in the answer.',
      }),
      queueWaitMs: t.exposeFloat('queueWaitMs', {
        description: 'Milliseconds from admission to the worker; 0 for one that did not end the answer.',
      }),
      firstTokenMs: t.exposeFloat('firstTokenMs', {
        nullable: true,
        description:
          "Milliseconds from the worker's start to the first token; null when there was none, and for one that did not end the answer.",
      }),
      durationMs: t.exposeFloat('durationMs', {
        description: "Milliseconds from the worker's start to the end; 0 for one that did not end the answer.",
      }),
      occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was entered in the ledger.' }),
    }),
  });

export const addCosts = (usage: UsageBuilder) => {
  const { builder } = usage;
  const Model = addModel(usage);
  const Attempt = addAttempt(usage, Model);
  const MessageUsage = builder.objectRef<UsageEvent>('MessageUsage').implement({
    description: 'What a message used and cost, as it was billed.',
    fields: (t) => ({
      inputTokens: t.int({
        description: 'Tokens of the prompt, cached ones included.',
        resolve: ({ inputTokens }) => asInt(inputTokens),
      }),
      cachedInputTokens: t.int({
        description: 'Tokens of the prompt that the provider had cached.',
        resolve: ({ cachedInputTokens }) => asInt(cachedInputTokens),
      }),
      outputTokens: t.int({
        description: 'Tokens of the answer, reasoning included.',
        resolve: ({ outputTokens }) => asInt(outputTokens),
      }),
      reasoningTokens: t.int({
        description: 'Tokens of the answer that were reasoning.',
        resolve: ({ reasoningTokens }) => asInt(reasoningTokens),
      }),
      costUsd: t.expose('costUsd', { type: 'Decimal', description: 'US dollars, exact.' }),
      attempts: t.field({
        type: [Attempt],
        description:
          'Each attempt and each model that had a part in the answer. The message is billed once, for what is in it.',
        resolve: attemptsOf,
      }),
    }),
  });
  const Message = builder.objectRef<{ readonly id: string }>('Message').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      usage: t.field({
        type: MessageUsage,
        nullable: true,
        description: 'What its generation used and cost; null until it has ended, and for messages of people.',
        resolve: ({ id }, _, { replies }) => replies.load(id),
      }),
    }),
  });
  builder.asEntity(Message, { key: builder.selection<{ id: string }>('id'), resolveReference: (message) => message });
  const Conversation = builder.objectRef<{ readonly id: string }>('Conversation').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      cost: t.field({
        type: 'Decimal',
        description: 'US dollars that its messages and its title cost so far.',
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
