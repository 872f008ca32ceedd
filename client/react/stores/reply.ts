/** One reply by itself, followed while it is watched and from where it was left. */
import { isFinal, isParlanceError, type MessageView, type ParlanceClient, type ParlanceError } from '@parlance/client';
import { nextFrame } from './reply-followers.ts';
import { createSubject, type Observable } from './subject.ts';

export interface ReplyState {
  /** Undefined until the first event is there. */
  readonly view: MessageView | undefined;
  /** Why the reply cannot be followed; its last view stays. */
  readonly error: ParlanceError | undefined;
}

export interface Reply extends Observable<ReplyState> {
  readonly isWatched: boolean;
  /** The user has signed in again. */
  restart(): void;
}

export const createReply = (client: ParlanceClient, messageId: string): Reply => {
  let leaving: AbortController | undefined;

  const follow = async (signal: AbortSignal): Promise<void> => {
    const { view } = subject.getSnapshot();
    if (view && isFinal(view.status) && view.usage) return;
    const { seq, text, reasoning, toolCalls, citations } = view ?? {};
    const from = { afterSeq: seq, text, reasoning, toolCalls, citations };
    try {
      for await (const next of client.followMessage(messageId, { ...from, signal })) {
        if (signal.aborted) return;
        subject.set({ view: next, error: undefined });
        await nextFrame();
      }
    } catch (fault) {
      if (!isParlanceError(fault)) throw fault;
      if (!signal.aborted) subject.set({ ...subject.getSnapshot(), error: fault });
    }
  };
  const start = (): void => {
    leaving?.abort();
    leaving = new AbortController();
    void follow(leaving.signal);
  };
  const subject = createSubject<ReplyState>(
    { view: undefined, error: undefined },
    { onWatched: start, onUnwatched: () => leaving?.abort() },
  );
  return {
    getSnapshot: subject.getSnapshot,
    subscribe: subject.subscribe,
    get isWatched() {
      return subject.isWatched;
    },
    restart() {
      if (subject.isWatched && subject.getSnapshot().error) start();
    },
  };
};
