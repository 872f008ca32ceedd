/**
 * The running replies of a timeline: those that were started here, on another device or before a reload. Invariant:
 * each is followed once while the timeline is watched, from what is held of it, and none when nobody watches.
 */
import type { StartedTurn, ToolDecisionInput } from '@parlance/client';
import { pendingTurn } from './branch.ts';
import { createReplyFollowers } from './reply-followers.ts';
import type { TimelineCore } from './timeline-core.ts';
import { isRunning, withView } from './timeline-entry.ts';
import type { TurnRequest } from './turn-requests.ts';

export interface TimelineReplies {
  /** Follows what runs and is not followed, and leaves what is shown no more. */
  followRunning(): void;
  isFollowed(messageId: string): boolean;
  /** Shows the turn, starts it with `start` and follows its reply. */
  begin(request: TurnRequest, start: (signal: AbortSignal) => StartedTurn): StartedTurn;
  stop(messageId: string): Promise<void>;
  decide(decision: ToolDecisionInput): Promise<void>;
  leave(): void;
  readonly isStarting: boolean;
}

export interface TimelineRepliesOptions {
  /** The stream of a reply has ended. */
  readonly onEnd: (messageId: string) => void;
  /** The server has a turn that was started here. */
  readonly onStarted: () => void;
}

export const createTimelineReplies = (core: TimelineCore, options: TimelineRepliesOptions): TimelineReplies => {
  const { client, branch, show, state, isWatched } = core;
  const starting = new Map<string, StartedTurn>();

  const followers = createReplyFollowers({
    onView(view) {
      branch.update(view.messageId, (entry) => withView(entry, view));
      show();
    },
    onEnd: options.onEnd,
    onFault(messageId, error) {
      branch.update(messageId, (entry) => ({ ...entry, isInterrupted: true }));
      show({ error });
    },
  });
  const followRunning = (): void => {
    const running = branch.entries().filter(isRunning);
    const ids = new Set(running.map(({ id }) => id));
    followers.leave((messageId) => !ids.has(messageId) && !starting.has(messageId));
    if (!isWatched()) return;
    for (const { id, content, reasoning, seq, toolCalls, citations, isPending, isInterrupted } of running) {
      if (id === undefined || isPending || (isInterrupted && state().error)) continue;
      const from = seq === 0 ? {} : { afterSeq: seq, text: content, reasoning, toolCalls, citations };
      followers.follow(id, (signal) => client.followMessage(id, { ...from, signal }));
    }
  };
  const begin: TimelineReplies['begin'] = (request, start) => {
    const { kind, replyId, content = '', insteadOf } = request;
    branch.begin(pendingTurn(request, kind === 'regenerate' ? undefined : content, insteadOf));
    const leaving = new AbortController();
    const started = start(leaving.signal);
    starting.set(replyId, started);
    followers.follow(replyId, (signal) => {
      signal.addEventListener('abort', () => leaving.abort(), { once: true });
      return started;
    });
    show();
    const settle = (): void => {
      starting.delete(replyId);
      show();
      followRunning();
    };
    started.turn.then(
      (turn) => {
        branch.confirm(request, turn);
        options.onStarted();
        settle();
      },
      () => {
        // The refusal is reported by the turn, not by its stream.
        followers.leave((messageId) => messageId === replyId);
        branch.withdraw(request);
        settle();
      },
    );
    return started;
  };
  return {
    followRunning,
    begin,
    isFollowed: followers.has,
    decide: client.decide,
    stop: async (messageId) => await (starting.get(messageId)?.stop() ?? client.stop(messageId)),
    leave: () => followers.leave(() => true),
    get isStarting() {
      return starting.size > 0;
    },
  };
};
