/**
 * The current branch of one conversation from its end, live on all devices, with the text of each running reply.
 * Invariant: while it is watched, it shows what the server has, or says why it may not; what it holds it does not read
 * again unless it changed.
 */
import type { ParlanceClient } from '@parlance/client';
import { createBranch } from './branch.ts';
import type { ChangeHub } from './change-hub.ts';
import { createSubject, type Observable } from './subject.ts';
import { initialState, type TimelineCore, type TimelineState } from './timeline-core.ts';
import { createTimelineReader, type TimelineReader } from './timeline-reader.ts';
import { createTimelineReplies, type TimelineReplies } from './timeline-replies.ts';

export interface Timeline
  extends Observable<TimelineState>,
    Pick<TimelineReader, 'refetch' | 'loadOlder' | 'select'>,
    Pick<TimelineReplies, 'begin' | 'stop' | 'decide'> {
  /** Whether it must be kept: somebody watches, or a turn is being sent. */
  readonly isInUse: boolean;
}

/** Messages that are held while nobody watches. */
const maxUnwatched = 200;

export const createTimeline = (client: ParlanceClient, hub: ChangeHub, conversationId: string): Timeline => {
  const branch = createBranch();
  let leaveHub: (() => void) | undefined;

  const core: TimelineCore = {
    client,
    hub,
    conversationId,
    branch,
    state: () => subject.getSnapshot(),
    isWatched: () => subject.isWatched,
    show: (change = {}) =>
      subject.set({
        ...subject.getSnapshot(),
        hasOlder: reader.hasOlder(),
        ...change,
        messages: branch.entries(),
      }),
  };
  const replies = createTimelineReplies(core, {
    onEnd: (messageId) => void reader.readTurn(messageId),
    onStarted: () => reader.noteTurn(),
  });
  const reader = createTimelineReader(core, replies.followRunning, replies.isFollowed);
  const subject = createSubject(initialState, {
    onWatched() {
      leaveHub = hub.listen(reader.take);
      reader.refresh();
    },
    onUnwatched() {
      leaveHub?.();
      replies.leave();
      const forgets = branch.stored().length > maxUnwatched;
      reader.leave(forgets);
      if (forgets) core.show(initialState);
    },
  });
  return {
    getSnapshot: subject.getSnapshot,
    subscribe: subject.subscribe,
    refetch: reader.refetch,
    loadOlder: reader.loadOlder,
    select: reader.select,
    begin: replies.begin,
    stop: replies.stop,
    decide: replies.decide,
    get isInUse() {
      return subject.isWatched || replies.isStarting;
    },
  };
};
