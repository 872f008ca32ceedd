/**
 * Makes views of events. Events may be repeated from any earlier position after any disconnect: each counts once, in
 * the order of seq. An event that comes too early leaves a gap and is not taken; the caller then subscribes again after
 * `seq`.
 */
import { failureOf } from './errors.ts';
import type { MessageStateQuery, MessageStreamSubscription } from './generated/graphql.ts';
import { firstView, type MessageStart, type MessageView, type ToolCall } from './message-view.ts';

export type MessageEvent = MessageStreamSubscription['messageStream'];
export type MessageState = NonNullable<MessageStateQuery['message']>;

export interface Reconciler {
  /** The current view. */
  readonly view: MessageView;
  /** Returns undefined for an event that was taken before, and 'gap' for one whose predecessor is missing. */
  take(event: MessageEvent): MessageView | 'gap' | undefined;
  /** Takes over the stored message where its stream is no longer available. */
  adopt(state: MessageState): MessageView;
}

const endedEarly = {
  RUNNING: 'The reply ended before the tool had responded.',
  AWAITING_APPROVAL: 'The reply ended before anybody had allowed the call.',
} as const;

/** The calls of a reply that has ended: those that were open have failed, as the server stores them. */
const endCalls = (calls: readonly ToolCall[]): readonly ToolCall[] =>
  calls.map((call) =>
    call.status === 'RUNNING' || call.status === 'AWAITING_APPROVAL'
      ? { ...call, status: 'FAILED', result: endedEarly[call.status] }
      : call,
  );

/** Each event of a call replaces it. A call without a start is added by its completion. */
const withToolCall = (calls: readonly ToolCall[], call: ToolCall): readonly ToolCall[] =>
  calls.some(({ id }) => id === call.id)
    ? calls.map((known) => (known.id === call.id ? call : known))
    : [...calls, call];

const applyEvent = (view: MessageView, event: MessageEvent): MessageView => {
  const next = { ...view, seq: event.seq, delta: '', isReset: false };
  switch (event.__typename) {
    case 'MessageStarted':
      return { ...next, status: 'STREAMING', modelId: event.model?.id };
    case 'SourcesFound':
      return { ...next, status: 'STREAMING', citations: event.citations, isWithoutDocuments: event.failed };
    case 'ReasoningDelta':
      return { ...next, status: 'STREAMING', reasoning: view.reasoning + event.text };
    case 'TokenDelta':
      return { ...next, status: 'STREAMING', delta: event.text, text: view.text + event.text };
    case 'ToolCallStarted':
    case 'ToolCallAwaitingApproval':
    case 'ToolCallApproved':
    case 'ToolCallCompleted':
      return { ...next, status: 'STREAMING', toolCalls: withToolCall(view.toolCalls, event.toolCall) };
    case 'MessageReset':
      return { ...next, status: 'STREAMING', text: '', reasoning: '', toolCalls: [], isReset: true };
    case 'MessageCompleted': {
      const { status, finishReason, reuse } = event.message;
      const end = { status, finishReason: finishReason ?? undefined, reuse: reuse ?? undefined };
      return { ...next, ...end, toolCalls: endCalls(view.toolCalls) };
    }
    case 'MessageFailed':
      return { ...next, status: 'FAILED', failure: failureOf(event.failure), toolCalls: endCalls(view.toolCalls) };
    default:
      // A kind of event of a newer server: it counts, and shows nothing.
      return next;
  }
};

/** The step from a text to the whole one: the rest to append, or the whole text anew. */
const completeText = (text: string, whole: string): Pick<MessageView, 'text' | 'delta' | 'isReset'> =>
  whole.startsWith(text)
    ? { text: whole, delta: whole.slice(text.length), isReset: false }
    : { text: whole, delta: whole, isReset: true };

/** Less than the distance at which a lost log begins anew, and more than any connection can lose. */
const restartDistance = 500_000;

/**
 * Whether the server lost the stream together with its writer and began anew past every seq that it gave. Then no event
 * is missing before this one.
 */
const isBegunAnew = (event: MessageEvent, seq: number): boolean =>
  event.__typename === 'MessageReset' && event.seq - seq > restartDistance;

export const createReconciler = (start: MessageStart): Reconciler => {
  let view = firstView(start);
  return {
    get view() {
      return view;
    },
    take(event) {
      if (event.seq <= view.seq) return undefined;
      if (event.seq > view.seq + 1 && !isBegunAnew(event, view.seq)) return 'gap';
      view = applyEvent(view, event);
      return view;
    },
    adopt(state) {
      view = {
        ...view,
        ...completeText(view.text, state.content),
        reasoning: state.reasoning ?? '',
        toolCalls: state.toolCalls,
        citations: state.citations,
        status: state.status,
        seq: Math.max(view.seq, state.lastSeq),
        modelId: state.model?.id ?? view.modelId,
        finishReason: state.finishReason ?? undefined,
        reuse: state.reuse ?? undefined,
        failure: state.error ? failureOf(state.error) : undefined,
      };
      return view;
    },
  };
};
