/**
 * What an application shows of an answer. Whoever appends each `delta`, and empties its text first where `isReset`, has
 * `text`: no piece comes twice, none is missing.
 */
import type { ParlanceFault } from './errors.ts';
import type { FinishReason, MessageStatus, MessageUsageQuery, ToolCallFragment } from './generated/graphql.ts';

export type MessageUsage = NonNullable<NonNullable<MessageUsageQuery['message']>['usage']>;

/** A call of a tool. `arguments` is JSON text; `result` is null while it is RUNNING, and tells why where it FAILED. */
export type ToolCall = Readonly<Pick<ToolCallFragment, 'id' | 'name' | 'arguments' | 'status' | 'result'>>;

export interface MessageView {
  readonly messageId: string;
  /** The whole text so far. */
  readonly text: string;
  /** What came since the view before. */
  readonly delta: string;
  /** What the model called for the answer so far, in the order of the calls. */
  readonly toolCalls: readonly ToolCall[];
  /**
   * The stream stands still although the reply may go on: what it comes from cannot be reached, and is asked for again
   * by itself. Show that what is shown may be behind. The next event ends it.
   */
  readonly isInterrupted: boolean;
  /** Text and calls of the views before are void: the answer started anew. */
  readonly isReset: boolean;
  readonly status: MessageStatus;
  /** Place in the stream: follow from here with `afterSeq`, and `text` as the text so far. */
  readonly seq: number;
  readonly modelId: string | undefined;
  readonly finishReason: FinishReason | undefined;
  /** Why there is no answer, with status FAILED. */
  readonly failure: ParlanceFault | undefined;
  /** What it used and cost; comes with a last view, a moment after the end. */
  readonly usage: MessageUsage | undefined;
}

/** Where a follower begins. */
export interface MessageStart {
  readonly messageId: string;
  readonly afterSeq?: number | undefined;
  /** Text up to `afterSeq`. */
  readonly text?: string | undefined;
  /** Calls up to `afterSeq`. */
  readonly toolCalls?: readonly ToolCall[] | undefined;
}

export const firstView = ({ messageId, afterSeq = 0, text = '', toolCalls = [] }: MessageStart): MessageView => ({
  messageId,
  text,
  delta: '',
  toolCalls,
  isInterrupted: false,
  isReset: false,
  status: afterSeq === 0 ? 'QUEUED' : 'STREAMING',
  seq: afterSeq,
  modelId: undefined,
  finishReason: undefined,
  failure: undefined,
  usage: undefined,
});

/** Two views as one, for a reader that saw neither. */
export const mergeViews = (earlier: MessageView, later: MessageView): MessageView =>
  later.isReset ? later : { ...later, delta: earlier.delta + later.delta, isReset: earlier.isReset };

const finalStatuses: ReadonlySet<MessageStatus> = new Set<MessageStatus>([
  'COMPLETED',
  'PARTIAL',
  'CANCELLED',
  'FAILED',
  'BLOCKED',
]);
export const isFinal = (status: MessageStatus): boolean => finalStatuses.has(status);
