/** The GraphQL types of a message's stream: one interface, and one type for each kind of event in the log. */
import { type ResetReason, type StreamEvent, type ToolCall, toolCallAfter } from '#contracts/stream-event.ts';
import { shownToolCall } from '../messages/shown-tool-call.ts';
import { afterTerminal, writtenInRow } from '../replies/current-message.ts';
import type { StreamedEvent } from '../streams/message-stream.ts';
import type { ConversationsBuilder } from './builder.ts';
import type { ConversationsTypes } from './types.ts';

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

const addInterface = (builder: ConversationsBuilder) =>
  builder.interfaceRef<StreamedEvent>('MessageEvent').implement({
    description: 'An event of the stream of a reply.',
    fields: (t) => ({
      messageId: t.exposeID('messageId', { description: 'The reply.' }),
      seq: t.exposeInt('seq', {
        description:
          'Position in the stream, and the cursor for afterSeq. Starts at 1 and has no gaps, except that a MessageReset may skip far ahead after the log of the stream was lost.',
      }),
    }),
  });
type MessageEventInterface = ReturnType<typeof addInterface>;

const addTextEvents = (
  builder: ConversationsBuilder,
  types: ConversationsTypes,
  MessageEvent: MessageEventInterface,
): void => {
  const resetReason = builder.enumType('ResetReason', {
    description: 'Why the text, the reasoning and the tool calls so far are void.',
    values: {
      WORKER_REPLACED: {
        description: 'Another worker took over, with a model that cannot continue the text.',
      },
      MODEL_REPLACED: { description: 'The model failed, and the next one cannot continue the text.' },
      OUTPUT_INVALID: {
        description: 'The reply does not have the format that was asked for, and the model writes it once more.',
      },
      LOG_EXPIRED: {
        description: 'The reply ended long ago, so the stream repeats all of it instead of continuing event by event.',
      },
    } satisfies Record<ResetReason, object>,
  });
  builder.objectRef<EventOf<'MessageStarted'>>('MessageStarted').implement({
    description: 'A model has begun the reply.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('MessageStarted'),
    fields: (t) => ({
      attempt: t.int({
        description: '1, plus 1 for each worker that took over.',
        resolve: ({ event }) => event.attempt,
      }),
      model: t.field({
        type: types.Model,
        nullable: true,
        description: 'The model that writes the reply.',
        resolve: ({ event }) => (event.modelId === '' ? null : { id: event.modelId }),
      }),
    }),
  });
  builder.objectRef<EventOf<'SourcesFound'>>('SourcesFound').implement({
    description:
      'The passages that the reply may cite, before its first text, and again with all of them when the model has searched for more, before the text that may cite these. Numbers stay. A reset leaves them. Message.citations has those that the reply does cite.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('SourcesFound'),
    fields: (t) => ({
      citations: t.field({
        type: [types.Citation],
        description: 'The passages, by their index. Empty where nothing was found.',
        resolve: ({ event }) => [...event.passages],
      }),
      failed: t.boolean({
        description: 'Whether the documents could not be searched, so that the reply comes without them.',
        resolve: ({ event }) => event.failed ?? false,
      }),
    }),
  });
  builder.objectRef<EventOf<'ReasoningDelta'>>('ReasoningDelta').implement({
    description:
      'More of what the model shows of its thinking. It is no part of the text of the reply. Thinking may come before, between and after pieces of text and tool calls.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('ReasoningDelta'),
    fields: (t) => ({
      text: t.string({ description: 'What to append to the reasoning.', resolve: ({ event }) => event.text }),
    }),
  });
  builder.objectRef<EventOf<'TokenDelta'>>('TokenDelta').implement({
    description: 'More text of the reply.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('TokenDelta'),
    fields: (t) => ({ text: t.string({ description: 'The text to append.', resolve: ({ event }) => event.text }) }),
  });
  builder.objectRef<EventOf<'MessageReset'>>('MessageReset').implement({
    description: 'Discard the text, the reasoning and the tool calls so far: the reply starts over.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('MessageReset'),
    fields: (t) => ({
      reason: t.field({ type: resetReason, description: 'Why.', resolve: ({ event }) => event.reason }),
    }),
  });
};

const addToolCallEvents = (
  builder: ConversationsBuilder,
  types: ConversationsTypes,
  MessageEvent: MessageEventInterface,
): void => {
  builder.objectRef<EventOf<'ToolCallStarted'>>('ToolCallStarted').implement({
    description: 'The model calls a tool. Text may come before, during and after the call.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('ToolCallStarted'),
    fields: (t) => ({
      toolCall: t.field({
        type: types.ToolCall,
        description: 'The call, with status RUNNING.',
        resolve: ({ messageId, event }): ToolCall => shownToolCall(messageId, toolCallAfter(event)),
      }),
    }),
  });
  builder.objectRef<EventOf<'ToolCallAwaitingApproval'>>('ToolCallAwaitingApproval').implement({
    description:
      'A call that has started waits for the user: replace the call that has its id, and ask. The answer goes to decideToolCall.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('ToolCallAwaitingApproval'),
    fields: (t) => ({
      toolCall: t.field({
        type: types.ToolCall,
        description: 'The call, with status AWAITING_APPROVAL.',
        resolve: ({ messageId, event }): ToolCall => shownToolCall(messageId, toolCallAfter(event)),
      }),
    }),
  });
  builder.objectRef<EventOf<'ToolCallApproved'>>('ToolCallApproved').implement({
    description: 'The user has allowed a call, and the tool is called: replace the call that has its id.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('ToolCallApproved'),
    fields: (t) => ({
      toolCall: t.field({
        type: types.ToolCall,
        description: 'The call, with status RUNNING.',
        resolve: ({ messageId, event }): ToolCall => shownToolCall(messageId, toolCallAfter(event)),
      }),
    }),
  });
  builder.objectRef<EventOf<'ToolCallCompleted'>>('ToolCallCompleted').implement({
    description: 'A call has ended with status COMPLETED or FAILED: replace the call that has its id.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('ToolCallCompleted'),
    fields: (t) => ({
      toolCall: t.field({
        type: types.ToolCall,
        description: 'The call with its result.',
        resolve: ({ messageId, event }): ToolCall => shownToolCall(messageId, event.toolCall),
      }),
    }),
  });
};

const addTerminalEvents = (
  builder: ConversationsBuilder,
  types: ConversationsTypes,
  MessageEvent: MessageEventInterface,
): void => {
  builder.objectRef<EventOf<'MessageCompleted'>>('MessageCompleted').implement({
    description:
      'The end of the stream, with status COMPLETED, PARTIAL or CANCELLED. The result is safe and cannot be lost any more.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('MessageCompleted'),
    fields: (t) => ({
      message: t.field({
        type: types.Message,
        description: 'The whole message.',
        resolve: async ({ messageId, message, event, seq }, _, { loaders }) => {
          const ended = message ?? (await loaders.message.load(messageId));
          if (!ended) throw new Error('a streamed message is readable');
          return message ?? afterTerminal(ended, event, writtenInRow(ended), seq);
        },
      }),
    }),
  });
  builder.objectRef<EventOf<'MessageFailed'>>('MessageFailed').implement({
    description: 'The end of the stream, without a reply.',
    interfaces: [MessageEvent],
    isTypeOf: isEvent('MessageFailed'),
    fields: (t) => ({
      failure: t.field({
        type: types.MessageFailure,
        description: 'Why, and whether to try again.',
        resolve: ({ event }) => event,
      }),
    }),
  });
};

export const addMessageEvents = (builder: ConversationsBuilder, types: ConversationsTypes) => {
  const messageEvent = addInterface(builder);
  addTextEvents(builder, types, messageEvent);
  addToolCallEvents(builder, types, messageEvent);
  addTerminalEvents(builder, types, messageEvent);
  return messageEvent;
};
export type MessageEventRef = ReturnType<typeof addMessageEvents>;
