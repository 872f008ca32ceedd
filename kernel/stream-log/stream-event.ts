/**
 * The events of a generation as they lie in the log: what workers append and what conversations turns into GraphQL
 * `MessageEvent`s. `type` is the GraphQL type name. The terminal ones are MessageCompleted and MessageFailed.
 */
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';

export const finishReasons = ['STOP', 'LENGTH', 'TOOL_CALLS', 'CONTENT_FILTER', 'CANCELLED', 'ERROR'] as const;
export type FinishReason = (typeof finishReasons)[number];

/** Why the text and the calls so far are void. */
export const resetReasons = ['WORKER_REPLACED', 'MODEL_REPLACED', 'LOG_EXPIRED'] as const;
export type ResetReason = (typeof resetReasons)[number];

/** Where a call of a tool stands. */
export const toolCallStatuses = ['RUNNING', 'COMPLETED', 'FAILED'] as const;
export type ToolCallStatus = (typeof toolCallStatuses)[number];

/** A call of a tool as its model wrote it. No text in it, nor the result of it, holds a NUL. */
export const askedToolCallSchema = z.object({
  /** Unique within the message. */
  id: z.string(),
  name: z.string(),
  /** JSON text of an object; what the model wrote, where that is none. */
  arguments: z.string(),
});
type AskedToolCall = Readonly<z.infer<typeof askedToolCallSchema>>;

/** A call that has ended. */
export const toolCallRecordSchema = askedToolCallSchema.extend({
  status: z.enum(['COMPLETED', 'FAILED']),
  /** What the model is told: what the tool gave, or, where it FAILED, a sentence that says why. */
  result: z.string(),
});
export type ToolCallRecord = Readonly<z.infer<typeof toolCallRecordSchema>>;

/** A call at a moment. */
export type ToolCall = ToolCallRecord | (AskedToolCall & { readonly status: 'RUNNING' });

export type StreamEvent =
  | { readonly type: 'MessageStarted'; readonly attempt: number; readonly modelId: string }
  | { readonly type: 'TokenDelta'; readonly text: string }
  | { readonly type: 'ToolCallStarted'; readonly toolCall: AskedToolCall }
  | { readonly type: 'ToolCallCompleted'; readonly toolCall: ToolCallRecord }
  | { readonly type: 'MessageReset'; readonly reason: ResetReason }
  | { readonly type: 'MessageCompleted'; readonly status: CompletedStatus; readonly finishReason: FinishReason }
  | { readonly type: 'MessageFailed'; readonly code: ErrorCode; readonly message: string; readonly retryable: boolean };

/** Statuses that MessageCompleted can end with. */
export type CompletedStatus = 'COMPLETED' | 'PARTIAL' | 'CANCELLED';

export const isTerminal = (event: StreamEvent): boolean =>
  event.type === 'MessageCompleted' || event.type === 'MessageFailed';

/** The text after one more event: deltas add, a reset empties, anything else leaves it. */
export const applyToText = (text: string, event: StreamEvent): string => {
  if (event.type === 'TokenDelta') return text + event.text;
  return event.type === 'MessageReset' ? '' : text;
};

/**
 * The calls after one more event, in the order of their start: a start adds one, an end replaces it, a reset empties.
 */
export const applyToToolCalls = (calls: readonly ToolCall[], event: StreamEvent): readonly ToolCall[] => {
  if (event.type === 'ToolCallStarted') return [...calls, { ...event.toolCall, status: 'RUNNING' }];
  if (event.type === 'ToolCallCompleted')
    return calls.map((call) => (call.id === event.toolCall.id ? event.toolCall : call));
  return event.type === 'MessageReset' ? [] : calls;
};

/** The calls of an answer that is over: what still ran has failed. */
export const endToolCalls = (calls: readonly ToolCall[]): readonly ToolCallRecord[] =>
  calls.map((call) =>
    call.status === 'RUNNING'
      ? { ...call, status: 'FAILED', result: 'The reply ended before the tool had responded.' }
      : call,
  );
