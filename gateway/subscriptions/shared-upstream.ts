/**
 * One upstream subscription that several listeners follow, each at its own offset. Where cursors define positions, the
 * newest events are kept for listeners that arrive a little later or are behind. Invariants: a listener gets every
 * event after its offset, once and in order; no listener waits for another; the upstream subscription ends in the tick
 * in which the last listener leaves.
 */
import { mayHaveErrors } from '../upstream/next-message.ts';
import type { UpstreamListener } from '../upstream/upstream-socket.ts';

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

export interface SharedUpstreamOptions {
  /** Starts the upstream subscription. Returns a function that ends it. */
  open(listener: UpstreamListener): () => void;
  /** Position at which it starts; undefined where that is unknown. */
  readonly start: string | undefined;
  /**
   * Position after an event. Undefined when events have no position; then a new listener gets the events from then on.
   */
  readonly positionAfter: ((payload: Buffer) => string | undefined) | undefined;
  /** Whether a listener may arrive from behind, for which events have to be kept. */
  isAwaited(): boolean;
  /** Called after each event. */
  onEvent(): void;
  /** Called when it accepts no more listeners. */
  onEnd(): void;
  /** Whether a refusal for the first listener applies to all, because they have the same identity. */
  readonly refusesAll: boolean;
}

interface KeptEvent {
  readonly number: number;
  readonly position: string | undefined;
  readonly payload: Buffer;
}

/** Bounds of the events kept for one stream. */
const mostEvents = 64;
const mostBytes = 64 * 1024;

/** A result without data: the source stream could not be created, or it ends with a fault. */
const isRequestError = (payload: Buffer): boolean => {
  if (!mayHaveErrors(payload)) return false;
  const result: unknown = JSON.parse(payload.toString());
  return typeof result === 'object' && result !== null && !('data' in result);
};

export const createSharedUpstream = (options: SharedUpstreamOptions): SharedUpstream => {
  const { open, start, positionAfter, isAwaited, onEvent, onEnd, refusesAll } = options;
  const followers = new Set<Follower>();
  const kept: KeptEvent[] = [];
  let keptBytes = 0;
  let last = 0;
  let position = start;
  let initiator: Follower | undefined;
  let stop: (() => void) | undefined;

  const close = (): void => {
    onEnd();
    stop?.();
    stop = undefined;
  };

  const keep = (payload: Buffer): void => {
    if (!positionAfter || (followers.size < 2 && !isAwaited())) {
      kept.length = 0;
      keptBytes = 0;
      return;
    }
    // A copy, because the payload is a slice of a larger buffer.
    kept.push({ number: last, position, payload: Buffer.from(payload) });
    keptBytes += payload.length;
    while (kept.length > mostEvents || keptBytes > mostBytes) keptBytes -= kept.shift()?.payload.length ?? 0;
  };

  const catchUp = (follower: Follower): void => {
    while (follower.stream === stream && follower.offset < last) {
      const event = kept.find(({ number }) => number === follower.offset + 1);
      if (!event) {
        release(follower);
        follower.listener.lost(true);
        return;
      }
      follower.offset += 1;
      follower.listener.next(event.payload);
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
      if (last === 0) listener.resubscribe();
      else listener.lost(true);
    }
  };

  const stream: SharedUpstream = {
    get position() {
      return position;
    },
    offsetOf(asked) {
      if (!positionAfter) return last;
      if (last === 0) return asked === start ? 0 : undefined;
      if (asked === undefined) return undefined;
      if (asked === position) return last;
      if (asked === start && kept[0]?.number === 1) return 0;
      return kept.find((event) => event.position === asked)?.number;
    },
    follow(follower, offset) {
      follower.stream = stream;
      follower.offset = offset;
      followers.add(follower);
      initiator ??= follower;
      if (offset < last) queueMicrotask(() => catchUp(follower));
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
      last += 1;
      if (positionAfter) position = positionAfter(payload);
      keep(payload);
      for (const follower of followers) {
        if (follower.offset !== last - 1) continue;
        follower.offset = last;
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
