/**
 * The events of a generation as they lie in the log: what workers append and what conversations turns into GraphQL
 * `MessageEvent`s. `type` is the GraphQL type name. The terminal ones are MessageCompleted and MessageFailed.
 */
import type { ErrorCode } from '../errors.ts';

export const finishReasons = ['STOP', 'LENGTH', 'TOOL_CALLS', 'CONTENT_FILTER', 'CANCELLED', 'ERROR'] as const;
export type FinishReason = (typeof finishReasons)[number];

/** Why the text so far is void. */
export const resetReasons = ['WORKER_REPLACED', 'MODEL_REPLACED', 'LOG_EXPIRED'] as const;
export type ResetReason = (typeof resetReasons)[number];

export type StreamEvent =
  | { readonly type: 'MessageStarted'; readonly attempt: number; readonly modelId: string }
  | { readonly type: 'TokenDelta'; readonly text: string }
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
