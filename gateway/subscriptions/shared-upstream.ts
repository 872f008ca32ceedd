/**
 * One upstream subscription that several listeners follow, each at its own offset. Where cursors define positions, the
 * newest events are kept for listeners that arrive a little later or are behind. Invariants: a listener gets every
 * event after its offset, once and in order; no listener waits for another; the upstream subscription ends in the tick
 * in which the last listener leaves.
 */
import { mayHaveErrors } from '../upstream/next-message.ts';
import type { UpstreamListener } from '../upstream/upstream-socket.ts';
import { createEventHistory, type EventHistoryOptions } from './event-history.ts';

export interface SharedListener extends UpstreamListener {
  /** The subgraph refused another listener with which this one would have shared: subscribe again, alone. */
  resubscribe(): void;
}

export interface Follower {
  readonly listener: SharedListener;
  /** What it follows now; undefined once it has left or its stream has ended. */
  stream: SharedUpstream | undefined;
  /** Number of the last event that it received. */
  offset: number;
}

export interface SharedUpstream {
  /**
   * Offset of a listener that has the events up to a position; undefined where the events after it are not available.
   */
  offsetOf(position: string | undefined): number | undefined;
  /** Starts following at an offset that `offsetOf` returned. Missed events are delivered after this tick. */
  follow(follower: Follower, offset: number): void;
  leave(follower: Follower): void;
  /** Position after the newest event; undefined where it is unknown. */
  readonly position: string | undefined;
  /** Moves all followers to another stream, and ends this one. */
  moveTo(other: SharedUpstream, offset: number): void;
}

export interface SharedUpstreamOptions extends EventHistoryOptions {
  /** Starts the upstream subscription. Returns a function that ends it. */
  open(listener: UpstreamListener): () => void;
  /** Whether a listener may arrive from behind, for which events have to be kept. */
  isAwaited(): boolean;
  /** Called after each event. */
  onEvent(): void;
  /** Called when it accepts no more listeners. */
  onEnd(): void;
  /** Whether a refusal for the first listener applies to all, because they have the same identity. */
  readonly refusesAll: boolean;
}

/** A result without data: the source stream could not be created, or it ends with a fault. */
const isRequestError = (payload: Buffer): boolean => {
  if (!mayHaveErrors(payload)) return false;
  const result: unknown = JSON.parse(payload.toString());
  return typeof result === 'object' && result !== null && !('data' in result);
};

export const createSharedUpstream = (options: SharedUpstreamOptions): SharedUpstream => {
  const { open, isAwaited, onEvent, onEnd, refusesAll } = options;
  const history = createEventHistory(options);
  const followers = new Set<Follower>();
  let initiator: Follower | undefined;
  let stop: (() => void) | undefined;

  const close = (): void => {
    onEnd();
    stop?.();
    stop = undefined;
  };

  const catchUp = (follower: Follower): void => {
    while (follower.stream === stream && follower.offset < history.last) {
      const payload = history.payloadAfter(follower.offset);
      if (!payload) {
        release(follower);
        follower.listener.lost(true);
        return;
      }
      follower.offset += 1;
      follower.listener.next(payload);
    }
  };

  const release = (follower: Follower): void => {
    follower.stream = undefined;
    followers.delete(follower);
  };

  /** Removes the followers, each with all events delivered. */
  const end = (): readonly Follower[] => {
    for (const follower of followers) catchUp(follower);
    const left = [...followers];
    for (const follower of left) release(follower);
    onEnd();
    stop = undefined;
    return left;
  };

  /**
   * Releases all followers but the initiator, for whom the subgraph was asked, where the refusal may concern the
   * initiator alone.
   */
  const keepInitiatorOnly = (): void => {
    if (refusesAll) return;
    onEnd();
    const others = [...followers].filter((follower) => follower !== initiator);
    for (const follower of others) release(follower);
    for (const { listener } of others) {
      if (history.last === 0) listener.resubscribe();
      else listener.lost(true);
    }
  };

  const stream: SharedUpstream = {
    get position() {
      return history.position;
    },
    offsetOf: history.offsetOf,
    follow(follower, offset) {
      follower.stream = stream;
      follower.offset = offset;
      followers.add(follower);
      initiator ??= follower;
      if (offset < history.last) queueMicrotask(() => catchUp(follower));
    },
    leave(follower) {
      if (!followers.has(follower)) return;
      release(follower);
      if (followers.size === 0) close();
    },
    moveTo(other, offset) {
      for (const follower of followers) catchUp(follower);
      const all = [...followers];
      followers.clear();
      close();
      for (const follower of all) other.follow(follower, offset);
    },
  };

  stop = open({
    next(payload) {
      if (isRequestError(payload)) keepInitiatorOnly();
      history.append(payload, followers.size >= 2 || isAwaited());
      for (const follower of followers) {
        if (follower.offset !== history.last - 1) continue;
        follower.offset = history.last;
        follower.listener.next(payload);
      }
      if (followers.size === 0) close();
      else if (stop) onEvent();
    },
    error(errors) {
      keepInitiatorOnly();
      for (const { listener } of end()) listener.error(errors);
    },
    complete() {
      for (const { listener } of end()) listener.complete();
    },
    lost(started, sourceIsUnavailable) {
      for (const { listener } of end()) listener.lost(started, sourceIsUnavailable);
    },
  });
  return stream;
};
