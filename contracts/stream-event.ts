/**
 * The events of a generation in its log: workers append them, and conversations turns them into GraphQL
 * `MessageEvent`s. `type` is the GraphQL type name. The terminal ones are MessageCompleted and MessageFailed.
 */
import { z } from 'zod';
import type { ErrorCode } from './error-codes.ts';
import { type Passage, passageSchema } from './passages.ts';
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
export const toolCallStatuses = ['RUNNING', 'AWAITING_APPROVAL', 'COMPLETED', 'FAILED'] as const;
export type ToolCallStatus = (typeof toolCallStatuses)[number];

/** What became of the question whether a tool may be called. EXPIRED: nobody decided in time, which denies it. */
export const toolDecisions = ['APPROVED', 'DENIED', 'EXPIRED'] as const;
export type ToolDecision = (typeof toolDecisions)[number];

/** A tool call as its model wrote it. No text in it, nor in its result, holds a NUL. */
export const askedToolCallSchema = z.object({
  /** Unique within the message. */
  id: z.string(),
  name: z.string(),
  /** JSON text of an object, or the model's text where that is invalid. */
  arguments: z.string(),
  /** The MCP server that the tool is of; absent where it is none. */
  server: z.string().exactOptional(),
});
type AskedToolCall = Readonly<z.infer<typeof askedToolCallSchema>>;

/** A completed call. */
export const toolCallRecordSchema = askedToolCallSchema.extend({
  status: z.enum(['COMPLETED', 'FAILED']),
  /** The text for the model: the tool's result, or, where the call FAILED, a sentence with the reason. */
  result: z.string(),
  /** Absent where nobody was asked. */
  decision: z.enum(toolDecisions).exactOptional(),
  /** Milliseconds since the epoch at which the tool was called; absent where it was not. */
  calledAt: z.int().min(0).max(8.64e15).exactOptional(),
  /** Milliseconds that the call took; likewise. */
  durationMs: z.int().min(0).max(2_147_483_647).exactOptional(),
  /** What a search in documents has found, by the numbers that the reply cites; absent for other tools. */
  passages: z.array(passageSchema).max(32).exactOptional(),
});
export type ToolCallRecord = Readonly<z.infer<typeof toolCallRecordSchema>>;

/** A call that has not completed. */
type OpenToolCall = AskedToolCall &
  ({ readonly status: 'RUNNING'; readonly decision?: 'APPROVED' } | { readonly status: 'AWAITING_APPROVAL' });

/** A call in any state. */
export type ToolCall = ToolCallRecord | OpenToolCall;

export type StreamEvent =
  | {
      readonly type: 'MessageStarted';
      readonly attempt: number;
      readonly modelId: string;
      /** The text that follows is not the model's: it was written before, and is served again. */
      readonly reuse?: ReuseLever;
    }
  /**
   * Before the first text of a reply that may draw on documents, and again with all passages when a search of its model
   * has found more.
   */
  | { readonly type: 'SourcesFound'; readonly passages: readonly Passage[]; readonly failed?: boolean }
  | { readonly type: 'ReasoningDelta'; readonly text: string }
  | { readonly type: 'TokenDelta'; readonly text: string }
  | { readonly type: 'ToolCallStarted'; readonly toolCall: AskedToolCall }
  /** The call has started, and waits until a person allows it. */
  | { readonly type: 'ToolCallAwaitingApproval'; readonly toolCall: AskedToolCall }
  /** A person has allowed it: the tool is called now. */
  | { readonly type: 'ToolCallApproved'; readonly toolCall: AskedToolCall }
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

/** The events that change a call. */
export const toolCallEvents = [
  'ToolCallStarted',
  'ToolCallAwaitingApproval',
  'ToolCallApproved',
  'ToolCallCompleted',
] as const;
export type ToolCallEvent = Extract<StreamEvent, { readonly type: (typeof toolCallEvents)[number] }>;

export const isToolCallEvent = (event: StreamEvent): event is ToolCallEvent => 'toolCall' in event;

/** The call as it is after an event. */
export const toolCallAfter = (event: ToolCallEvent): ToolCall => {
  switch (event.type) {
    case 'ToolCallStarted':
      return { ...event.toolCall, status: 'RUNNING' };
    case 'ToolCallAwaitingApproval':
      return { ...event.toolCall, status: 'AWAITING_APPROVAL' };
    case 'ToolCallApproved':
      return { ...event.toolCall, status: 'RUNNING', decision: 'APPROVED' };
    case 'ToolCallCompleted':
      return event.toolCall;
  }
};

/**
 * The calls after one more event, in the order of their start: a start adds one, later events replace it, a reset
 * empties the list.
 */
export const applyToToolCalls = (calls: readonly ToolCall[], event: StreamEvent): readonly ToolCall[] => {
  if (event.type === 'MessageReset') return [];
  if (!isToolCallEvent(event)) return calls;
  const changed = toolCallAfter(event);
  if (event.type === 'ToolCallStarted') return [...calls, changed];
  return calls.map((call) => (call.id === changed.id ? changed : call));
};

/** Whether the tool, or a person, has still to respond. */
export const isOpenCall = (call: ToolCall): call is OpenToolCall =>
  call.status === 'RUNNING' || call.status === 'AWAITING_APPROVAL';

const endedEarly = {
  RUNNING: 'The reply ended before the tool had responded.',
  AWAITING_APPROVAL: 'The reply ended before anybody had allowed the call.',
} as const;

/** The calls of a reply that has ended: those that were still open have failed. */
export const endToolCalls = (calls: readonly ToolCall[]): readonly ToolCallRecord[] =>
  calls.map((call) => (isOpenCall(call) ? { ...call, status: 'FAILED', result: endedEarly[call.status] } : call));
