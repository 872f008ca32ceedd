/**
 * The events of a generation in its log: workers append them, and conversations turns them into GraphQL
 * `MessageEvent`s. `type` is the GraphQL type name. The terminal ones are MessageCompleted and MessageFailed.
 */
import { z } from 'zod';
import type { ErrorCode } from './error-codes.ts';
import type { Passage } from './passages.ts';
import type { ReuseLever } from './reuse.ts';

export const finishReasons = [
  'STOP',
  'LENGTH',
  'REPETITION',
  'TOOL_CALLS',
  'CONTENT_FILTER',
  'CANCELLED',
  'ERROR',
] as const;
export type FinishReason = (typeof finishReasons)[number];

/** Why the text, the reasoning and the calls so far are void. */
export const resetReasons = ['WORKER_REPLACED', 'MODEL_REPLACED', 'OUTPUT_INVALID', 'LOG_EXPIRED'] as const;
export type ResetReason = (typeof resetReasons)[number];

/** The state of a tool call. */
export const toolCallStatuses = ['RUNNING', 'COMPLETED', 'FAILED'] as const;
export type ToolCallStatus = (typeof toolCallStatuses)[number];

/** A tool call as its model wrote it. No text in it, nor in its result, holds a NUL. */
export const askedToolCallSchema = z.object({
  /** Unique within the message. */
  id: z.string(),
  name: z.string(),
  /** JSON text of an object, or the model's text where that is invalid. */
  arguments: z.string(),
});
type AskedToolCall = Readonly<z.infer<typeof askedToolCallSchema>>;

/** A completed call. */
export const toolCallRecordSchema = askedToolCallSchema.extend({
  status: z.enum(['COMPLETED', 'FAILED']),
  /** The text for the model: the tool's result, or, where the call FAILED, a sentence with the reason. */
  result: z.string(),
});
export type ToolCallRecord = Readonly<z.infer<typeof toolCallRecordSchema>>;

/** A call in any state. */
export type ToolCall = ToolCallRecord | (AskedToolCall & { readonly status: 'RUNNING' });

export type StreamEvent =
  | {
      readonly type: 'MessageStarted';
      readonly attempt: number;
      readonly modelId: string;
      /** The text that follows is not the model's: it was written before, and is served again. */
      readonly reuse?: ReuseLever;
    }
  /** Before the first text of a reply that may draw on documents. */
  | { readonly type: 'SourcesFound'; readonly passages: readonly Passage[]; readonly failed?: boolean }
  | { readonly type: 'ReasoningDelta'; readonly text: string }
  | { readonly type: 'TokenDelta'; readonly text: string }
  | { readonly type: 'ToolCallStarted'; readonly toolCall: AskedToolCall }
  | { readonly type: 'ToolCallCompleted'; readonly toolCall: ToolCallRecord }
  | { readonly type: 'MessageReset'; readonly reason: ResetReason }
  | {
      readonly type: 'MessageCompleted';
      readonly status: CompletedStatus;
      readonly finishReason: FinishReason;
      /** Where the reply was written before. */
      readonly reuse?: ReuseLever;
    }
  | { readonly type: 'MessageFailed'; readonly code: ErrorCode; readonly message: string; readonly retryable: boolean };

/** Statuses of MessageCompleted. */
export type CompletedStatus = 'COMPLETED' | 'PARTIAL' | 'CANCELLED';

export const isTerminal = (event: StreamEvent): boolean =>
  event.type === 'MessageCompleted' || event.type === 'MessageFailed';

/** The text after one more event: deltas add to it, a reset empties it, anything else leaves it. */
export const applyToText = (text: string, event: StreamEvent): string => {
  if (event.type === 'TokenDelta') return text + event.text;
  return event.type === 'MessageReset' ? '' : text;
};

/** Characters of the reasoning of one reply that are shown and kept. What a model thinks beyond that is dropped. */
export const maxReasoningCharacters = 200_000;

/** The reasoning after one more event, as `applyToText` has the text. */
export const applyToReasoning = (reasoning: string, event: StreamEvent): string => {
  if (event.type === 'ReasoningDelta') return reasoning + event.text;
  return event.type === 'MessageReset' ? '' : reasoning;
};

/**
 * The calls after one more event, in the order of their start: a start adds one, a completion replaces it, a reset
 * empties the list.
 */
export const applyToToolCalls = (calls: readonly ToolCall[], event: StreamEvent): readonly ToolCall[] => {
  if (event.type === 'ToolCallStarted') return [...calls, { ...event.toolCall, status: 'RUNNING' }];
  if (event.type === 'ToolCallCompleted')
    return calls.map((call) => (call.id === event.toolCall.id ? event.toolCall : call));
  return event.type === 'MessageReset' ? [] : calls;
};

/** The calls of a reply that has ended: those that were still running have failed. */
export const endToolCalls = (calls: readonly ToolCall[]): readonly ToolCallRecord[] =>
  calls.map((call) =>
    call.status === 'RUNNING'
      ? { ...call, status: 'FAILED', result: 'The reply ended before the tool had responded.' }
      : call,
  );
