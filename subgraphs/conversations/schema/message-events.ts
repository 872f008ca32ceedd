/** The GraphQL types of a message's stream: one interface, one type for each kind of event in the log. */
import type { ResetReason, StreamEvent, ToolCall } from '#kernel/stream-log/stream-event.ts';
import { afterTerminal } from '../streams/in-flight.ts';
import type { StreamedEvent } from '../streams/message-stream.ts';
import { builder, ModelRef } from './builder.ts';
import { MessageFailureRef, MessageRef } from './message-type.ts';
import { ToolCallRef } from './tool-call-type.ts';

type EventOf<Type extends StreamEvent['type']> = StreamedEvent & {
  readonly event: Extract<StreamEvent, { type: Type }>;
};

const isEvent =
  <Type extends StreamEvent['type']>(type: Type) =>
  (value: unknown): value is EventOf<Type> =>
    typeof value === 'object' &&
    value !== null &&
    'event' in value &&
    typeof value.event === 'object' &&
    value.event !== null &&
    'type' in value.event &&
    value.event.type === type;

export const MessageEventRef = builder.interfaceRef<StreamedEvent>('MessageEvent').implement({
  description: 'One event of the stream of an answer.',
  fields: (t) => ({
    messageId: t.exposeID('messageId', { description: 'The answer.' }),
    seq: t.exposeInt('seq', {
      description:
        'Its place in the stream: starts at 1, has no holes, but that a MessageReset may be far beyond where the stream was lost on the way. The cursor for afterSeq.',
    }),
  }),
});

const ResetReasonRef = builder.enumType('ResetReason', {
  description: 'Why the text and the tool calls so far are void.',
  values: {
    WORKER_REPLACED: {
      description: 'Another worker took over, with a model that cannot go on after the text.',
    },
    MODEL_REPLACED: { description: 'The model failed, and the next one cannot go on after the text.' },
    LOG_EXPIRED: { description: 'The answer ended long ago, and is told whole in place of event by event.' },
  } satisfies Record<ResetReason, object>,
});

builder.objectRef<EventOf<'MessageStarted'>>('MessageStarted').implement({
  description: 'A model has begun to answer.',
  interfaces: [MessageEventRef],
  isTypeOf: isEvent('MessageStarted'),
  fields: (t) => ({
    attempt: t.int({
      description: '1, and one more for each worker that took over.',
      resolve: ({ event }) => event.attempt,
    }),
    model: t.field({
      type: ModelRef,
      nullable: true,
      description: 'The model that answers.',
      resolve: ({ event }) => (event.modelId === '' ? null : { id: event.modelId }),
    }),
  }),
});

builder.objectRef<EventOf<'TokenDelta'>>('TokenDelta').implement({
  description: 'More text: append it.',
  interfaces: [MessageEventRef],
  isTypeOf: isEvent('TokenDelta'),
  fields: (t) => ({ text: t.string({ description: 'The text to append.', resolve: ({ event }) => event.text }) }),
});

builder.objectRef<EventOf<'ToolCallStarted'>>('ToolCallStarted').implement({
  description: 'The model calls a tool; text may come before, beside and after it.',
  interfaces: [MessageEventRef],
  isTypeOf: isEvent('ToolCallStarted'),
  fields: (t) => ({
    toolCall: t.field({
      type: ToolCallRef,
      description: 'The call, RUNNING.',
      resolve: ({ event }): ToolCall => ({ ...event.toolCall, status: 'RUNNING' }),
    }),
  }),
});

builder.objectRef<EventOf<'ToolCallCompleted'>>('ToolCallCompleted').implement({
  description: 'A call has ended, with status COMPLETED or FAILED: it takes the place of the one with its id.',
  interfaces: [MessageEventRef],
  isTypeOf: isEvent('ToolCallCompleted'),
  fields: (t) => ({
    toolCall: t.field({
      type: ToolCallRef,
      description: 'The call with its result.',
      resolve: ({ event }): ToolCall => event.toolCall,
    }),
  }),
});

builder.objectRef<EventOf<'MessageReset'>>('MessageReset').implement({
  description: 'Discard the text and the tool calls so far: the answer starts anew.',
  interfaces: [MessageEventRef],
  isTypeOf: isEvent('MessageReset'),
  fields: (t) => ({
    reason: t.field({ type: ResetReasonRef, description: 'Why.', resolve: ({ event }) => event.reason }),
  }),
});

builder.objectRef<EventOf<'MessageCompleted'>>('MessageCompleted').implement({
  description:
    'The end, with status COMPLETED, PARTIAL or CANCELLED. The result is stored: it cannot get lost any more.',
  interfaces: [MessageEventRef],
  isTypeOf: isEvent('MessageCompleted'),
  fields: (t) => ({
    message: t.field({
      type: MessageRef,
      description: 'The whole message.',
      resolve: async ({ messageId, message, event, seq }, _, { loaders }) => {
        const ended = message ?? (await loaders.message.load(messageId));
        if (!ended) throw new Error('a streamed message is readable');
        const { content: text, toolCalls } = ended;
        return message ?? afterTerminal(ended, event, { text, toolCalls: toolCalls ?? [] }, seq);
      },
    }),
  }),
});

builder.objectRef<EventOf<'MessageFailed'>>('MessageFailed').implement({
  description: 'The end, without an answer.',
  interfaces: [MessageEventRef],
  isTypeOf: isEvent('MessageFailed'),
  fields: (t) => ({
    failure: t.field({
      type: MessageFailureRef,
      description: 'Why, and whether to ask again.',
      resolve: ({ event }) => event,
    }),
  }),
});
