/**
 * A reply as an application shows it. An application that appends each `delta`, and clears its text first where
 * `isReset`, has `text`: no piece comes twice, and none is missing.
 */
import type { ParlanceFault } from './errors.ts';
import type {
  CitationFragment,
  FinishReason,
  MessageStatus,
  MessageUsageQuery,
  Reuse,
  ToolCallFragment,
} from './generated/graphql.ts';

export type MessageUsage = NonNullable<NonNullable<MessageUsageQuery['message']>['usage']>;

/**
 * A tool call. `arguments` is JSON text; `result` is null until the call has ended, and the reason where it FAILED. One
 * that is AWAITING_APPROVAL waits for `decide`. `decision` is what was decided then, and `mcpServer` the server that
 * the tool is of.
 */
export type ToolCall = Readonly<
  Pick<ToolCallFragment, 'id' | 'name' | 'arguments' | 'status' | 'result' | 'mcpServer' | 'decision'>
>;

/** A passage of a document: `[n]` in the text stands for the one whose index is n. */
export type Citation = Readonly<
  Pick<CitationFragment, 'index' | 'fileName' | 'page' | 'heading' | 'quote' | 'score'>
> & {
  readonly file: { readonly id: string };
};

export interface MessageView {
  readonly messageId: string;
  /** The whole text so far. */
  readonly text: string;
  /** The text since the view before. */
  readonly delta: string;
  /** What the model has shown of its thinking so far; no part of the text. */
  readonly reasoning: string;
  /** The tool calls of the reply so far, in the order of their start. */
  readonly toolCalls: readonly ToolCall[];
  /** The passages of documents that the text may cite. After the end, those that it does. */
  readonly citations: readonly Citation[];
  /** The documents that the reply may draw on could not be searched, so it comes without them. */
  readonly isWithoutDocuments: boolean;
  /**
   * The stream stands still although the reply may go on: its source cannot be reached, and the SDK keeps trying. Show
   * that the text may be behind. The next event ends the interruption.
   */
  readonly isInterrupted: boolean;
  /** Text, reasoning and calls of earlier views are void: the reply started anew. */
  readonly isReset: boolean;
  readonly status: MessageStatus;
  /** Position in the stream. To follow from here, pass it as `afterSeq`, with `text` and `reasoning`
   * as those so far. */
  readonly seq: number;
  readonly modelId: string | undefined;
  readonly finishReason: FinishReason | undefined;
  /** By which cache the reply was served, if it was written before; undefined until it has ended. */
  readonly reuse: Reuse | undefined;
  /** Why there is no reply, with status FAILED. */
  readonly failure: ParlanceFault | undefined;
  /** Usage and cost of the reply, in a last view a moment after the end. */
  readonly usage: MessageUsage | undefined;
}

/** Where a follower begins. */
export interface MessageStart {
  readonly messageId: string;
  readonly afterSeq?: number | undefined;
  /** Text up to `afterSeq`. */
  readonly text?: string | undefined;
  /** Reasoning up to `afterSeq`. */
  readonly reasoning?: string | undefined;
  /** Calls up to `afterSeq`. */
  readonly toolCalls?: readonly ToolCall[] | undefined;
  /** Citations up to `afterSeq`. */
  readonly citations?: readonly Citation[] | undefined;
}

export const firstView = (start: MessageStart): MessageView => ({
  messageId: start.messageId,
  text: start.text ?? '',
  delta: '',
  reasoning: start.reasoning ?? '',
  toolCalls: start.toolCalls ?? [],
  citations: start.citations ?? [],
  isWithoutDocuments: false,
  isInterrupted: false,
  isReset: false,
  status: start.afterSeq ? 'STREAMING' : 'QUEUED',
  seq: start.afterSeq ?? 0,
  modelId: undefined,
  finishReason: undefined,
  reuse: undefined,
  failure: undefined,
  usage: undefined,
});

/** Merges two views for a reader that has seen neither. */
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
