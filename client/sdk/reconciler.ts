/**
 * Makes views of events. Events may come twice, from any earlier place, after any disconnect: each counts once, in the
 * order of seq. An event that comes too early is a gap, and is not taken: who feeds it then asks again after `seq`.
 */
import { failureOf } from './errors.ts';
import type { MessageStateQuery, MessageStreamSubscription } from './generated/graphql.ts';
import { firstView, type MessageStart, type MessageView, type ToolCall } from './message-view.ts';

export type MessageEvent = MessageStreamSubscription['messageStream'];
export type MessageState = NonNullable<MessageStateQuery['message']>;

export interface Reconciler {
  /** The view as it is. */
  readonly view: MessageView;
  /** Undefined for an event that was taken before; 'gap' for one that misses another before it. */
  take(event: MessageEvent): MessageView | 'gap' | undefined;
  /** Takes over what the message is by now, where its stream cannot be had any more. */
  adopt(state: MessageState): MessageView;
}

/** The calls of an answer that is over: what still ran has failed, as the server stores it. */
const ended = (calls: readonly ToolCall[]): readonly ToolCall[] =>
  calls.map((call) =>
    call.status === 'RUNNING'
      ? { ...call, status: 'FAILED', result: 'The reply ended before the tool had responded.' }
      : call,
  );

/** A call is told twice: when it starts, and when it has ended. One whose start was not told is added by its end. */
const withCall = (calls: readonly ToolCall[], call: ToolCall): readonly ToolCall[] =>
  calls.some(({ id }) => id === call.id)
    ? calls.map((known) => (known.id === call.id ? call : known))
    : [...calls, call];

const applied = (view: MessageView, event: MessageEvent): MessageView => {
  const next = { ...view, seq: event.seq, delta: '', isReset: false };
  switch (event.__typename) {
    case 'MessageStarted':
      return { ...next, status: 'STREAMING', modelId: event.model?.id };
    case 'TokenDelta':
      return { ...next, status: 'STREAMING', delta: event.text, text: view.text + event.text };
    case 'ToolCallStarted':
    case 'ToolCallCompleted':
      return { ...next, status: 'STREAMING', toolCalls: withCall(view.toolCalls, event.toolCall) };
    case 'MessageReset':
      return { ...next, status: 'STREAMING', text: '', toolCalls: [], isReset: true };
    case 'MessageCompleted': {
      const { status, finishReason } = event.message;
      return { ...next, status, finishReason: finishReason ?? undefined, toolCalls: ended(view.toolCalls) };
    }
    case 'MessageFailed':
      return { ...next, status: 'FAILED', failure: failureOf(event.failure), toolCalls: ended(view.toolCalls) };
    default:
      // A kind of event that a newer server has: it counts, and shows nothing.
      return next;
  }
};

/** From a text to the whole: what is to be appended, or the whole anew. */
const towards = (text: string, whole: string): Pick<MessageView, 'text' | 'delta' | 'isReset'> =>
  whole.startsWith(text)
    ? { text: whole, delta: whole.slice(text.length), isReset: false }
    : { text: whole, delta: whole, isReset: true };

/** Less than a lost log is begun anew beyond, and more than any connection can lose. */
const farBeyond = 500_000;

/**
 * The server lost the stream together with its writer, and begins anew past every seq that it gave: nothing is missing
 * before.
 */
const isBegunAnew = (event: MessageEvent, seq: number): boolean =>
  event.__typename === 'MessageReset' && event.seq - seq > farBeyond;

export const createReconciler = (start: MessageStart): Reconciler => {
  let view = firstView(start);
  return {
    get view() {
      return view;
    },
    take(event) {
      if (event.seq <= view.seq) return undefined;
      if (event.seq > view.seq + 1 && !isBegunAnew(event, view.seq)) return 'gap';
      view = applied(view, event);
      return view;
    },
    adopt(state) {
      view = {
        ...view,
        ...towards(view.text, state.content),
        toolCalls: state.toolCalls,
        status: state.status,
        seq: Math.max(view.seq, state.lastSeq),
        modelId: state.model?.id ?? view.modelId,
        finishReason: state.finishReason ?? undefined,
        failure: state.error ? failureOf(state.error) : undefined,
      };
      return view;
    },
  };
};
