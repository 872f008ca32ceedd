/**
 * Starts turns in one conversation, and keeps those that the server does not have. Invariant: a turn is in the storage
 * from before its first attempt until the server has it or the user lets it go.
 */
import { createId, isParlanceError, type ParlanceClient, type ParlanceError, type Turn } from '@parlance/client';
import { createSubject, type Observable } from './subject.ts';
import type { Timeline } from './timeline.ts';
import {
  createTurnRequests,
  startRequest,
  type TurnRequest,
  type TurnSettings,
  type TurnStorage,
  type UnsentTurn,
} from './turn-requests.ts';

export interface TurnQueueState {
  /** Oldest first: what the server refused, or what was under way when the page was left. */
  readonly unsent: readonly UnsentTurn[];
  /** Whether a turn is on its way to the server. */
  readonly isSending: boolean;
}

/** What became of a turn. `content` is what was typed. */
export type TurnOutcome =
  | { readonly kind: 'started'; readonly turn: Turn }
  | {
      readonly kind: 'refused';
      readonly error: ParlanceError;
      readonly content: string | undefined;
      readonly idempotencyKey: string;
    };

export interface TurnQueue extends Observable<TurnQueueState> {
  /** Shows question and reply at once. Never rejects. */
  send(content: string, settings?: TurnSettings): Promise<TurnOutcome>;
  /** Asks a question in other words, on a branch of its own. */
  edit(messageId: string, content: string, settings?: TurnSettings): Promise<TurnOutcome>;
  /** Starts another reply to the same question. */
  regenerate(messageId: string, settings?: TurnSettings): Promise<TurnOutcome>;
  /** The same turn again: the server takes it once, also where it has it already. */
  retry(turn: UnsentTurn): Promise<TurnOutcome>;
  /** Forgets a turn; the application has its text. */
  dismiss(turn: UnsentTurn): void;
}

/** Milliseconds after which a turn that a reload interrupted is offered, and not sent by itself. */
const resumeWithinMs = 10 * 60_000;

interface TurnQueueOptions {
  readonly client: ParlanceClient;
  readonly timeline: Timeline;
  readonly conversationId: string;
  readonly storage: TurnStorage;
}

export const createTurnQueue = ({ client, timeline, conversationId, storage }: TurnQueueOptions): TurnQueue => {
  const requests = createTurnRequests(storage, conversationId);
  const sending = new Set<string>();

  const show = (): void =>
    subject.set({
      unsent: requests.all().filter(({ idempotencyKey }) => !sending.has(idempotencyKey)),
      isSending: sending.size > 0,
    });
  const submit = async (request: TurnRequest): Promise<TurnOutcome> => {
    const { idempotencyKey, content } = request;
    sending.add(idempotencyKey);
    requests.keep({ ...request, error: undefined });
    show();
    try {
      const started = timeline.begin(request, (signal) => startRequest(client, conversationId, request, signal));
      const turn = await started.turn;
      requests.forget(idempotencyKey);
      return { kind: 'started', turn };
    } catch (error) {
      if (!isParlanceError(error)) throw error;
      requests.keep({ ...request, error });
      return { kind: 'refused', error, content, idempotencyKey };
    } finally {
      sending.delete(idempotencyKey);
      show();
    }
  };
  const create = (
    kind: TurnRequest['kind'],
    content: string | undefined,
    insteadOf: string | undefined,
    settings: TurnSettings = {},
  ): Promise<TurnOutcome> => {
    const ids = { idempotencyKey: createId(), replyId: createId() };
    return submit({ ...ids, kind, content, insteadOf, settings, createdAt: new Date().toISOString() });
  };
  const retry = ({ error: _, ...request }: UnsentTurn): Promise<TurnOutcome> => submit(request);
  /** After a reload: what was under way goes on. */
  const resume = (): void => {
    for (const turn of requests.all()) {
      const isRecent = Date.now() - Date.parse(turn.createdAt) < resumeWithinMs;
      if (!turn.error && isRecent && !sending.has(turn.idempotencyKey)) void retry(turn);
    }
    show();
  };

  const subject = createSubject<TurnQueueState>({ unsent: [], isSending: false }, { onWatched: resume });
  return {
    getSnapshot: subject.getSnapshot,
    subscribe: subject.subscribe,
    send: (content, settings) => create('send', content, undefined, settings),
    edit: (messageId, content, settings) => create('edit', content, messageId, settings),
    regenerate: (messageId, settings) => create('regenerate', undefined, messageId, settings),
    retry,
    dismiss({ idempotencyKey }) {
      requests.forget(idempotencyKey);
      show();
    },
  };
};
