/**
 * One upstream subscription that several listeners follow, each at its own place. Where places can be told by cursors, the
 * newest events are kept for those who come a little later or from behind. Invariants: a listener gets every event after
 * its place, once and in order; none is asked or waited for by another; the upstream subscription ends in the tick in
 * which the last one leaves.
 */
import { mayHaveErrors } from './frame.ts';
import type { UpstreamListener } from './upstream-socket.ts';

export interface SharedListener extends UpstreamListener {
  /** Another one was refused with whom it would have shared: subscribe anew, for yourself. */
  again(): void;
}

export interface Follower {
  readonly listener: SharedListener;
  /** What it follows now; undefined once it has left or was told an end. */
  stream: SharedStream | undefined;
  /** Number of the last event that it was given. */
  place: number;
}

export interface SharedStream {
  /** Place of one who has the events up to a position; undefined where what follows is not at hand. */
  placeOf(position: string | undefined): number | undefined;
  /** Lets it follow from a place that `placeOf` gave; what it lacks comes after this tick. */
  follow(follower: Follower, place: number): void;
  leave(follower: Follower): void;
  /** Position after the newest event; undefined where that cannot be told. */
  readonly position: string | undefined;
  /** Moves all who follow to another stream, and ends this one. */
  moveTo(other: SharedStream, place: number): void;
}

export interface SharedStreamOptions {
  /** Starts the upstream subscription; what it returns ends it. */
  open(listener: UpstreamListener): () => void;
  /** Position at which it starts; undefined where that is not told. */
  readonly start: string | undefined;
  /** Position after an event; undefined: the events have none, and who comes gets those from then on. */
  readonly positionAfter: ((payload: Buffer) => string | undefined) | undefined;
  /** Whether somebody may come from behind, for whom events have to be kept. */
  isAwaited(): boolean;
  /** Called after each event. */
  onEvent(): void;
  /** Called when it takes nobody any more. */
  onEnd(): void;
  /** Whether what the subgraph refuses to the first one it refuses to all, because they have the same identity. */
  readonly refusesAll: boolean;
}

interface KeptEvent {
  readonly number: number;
  readonly position: string | undefined;
  readonly payload: Buffer;
}

/** Bounds of what is kept of one stream. */
const mostEvents = 64;
const mostBytes = 64 * 1024;

/** A result without data: the source stream could not be made, or it ends with a fault. */
const isRequestError = (payload: Buffer): boolean => {
  if (!mayHaveErrors(payload)) return false;
  const result: unknown = JSON.parse(payload.toString());
  return typeof result === 'object' && result !== null && !('data' in result);
};

export const createSharedStream = (options: SharedStreamOptions): SharedStream => {
  const { open, start, positionAfter, isAwaited, onEvent, onEnd, refusesAll } = options;
  const followers = new Set<Follower>();
  const kept: KeptEvent[] = [];
  let keptBytes = 0;
  let last = 0;
  let position = start;
  let asker: Follower | undefined;
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
    // A copy: the payload is a part of all that came with it.
    kept.push({ number: last, position, payload: Buffer.from(payload) });
    keptBytes += payload.length;
    while (kept.length > mostEvents || keptBytes > mostBytes) keptBytes -= kept.shift()?.payload.length ?? 0;
  };

  const catchUp = (follower: Follower): void => {
    while (follower.stream === stream && follower.place < last) {
      const event = kept.find(({ number }) => number === follower.place + 1);
      if (!event) {
        release(follower);
        follower.listener.lost(true);
        return;
      }
      follower.place += 1;
      follower.listener.next(event.payload);
    }
  };

  const release = (follower: Follower): void => {
    follower.stream = undefined;
    followers.delete(follower);
  };

  /** Takes the followers out, each with all events. */
  const end = (): readonly Follower[] => {
    for (const follower of followers) catchUp(follower);
    const left = [...followers];
    for (const follower of left) release(follower);
    onEnd();
    stop = undefined;
    return left;
  };

  /** Lets go of all but the one for whom the subgraph was asked, where what it says may concern that one alone. */
  const keepAskerOnly = (): void => {
    if (refusesAll) return;
    onEnd();
    const others = [...followers].filter((follower) => follower !== asker);
    for (const follower of others) release(follower);
    for (const { listener } of others) {
      if (last === 0) listener.again();
      else listener.lost(true);
    }
  };

  const stream: SharedStream = {
    get position() {
      return position;
    },
    placeOf(asked) {
      if (!positionAfter) return last;
      if (last === 0) return asked === start ? 0 : undefined;
      if (asked === undefined) return undefined;
      if (asked === position) return last;
      if (asked === start && kept[0]?.number === 1) return 0;
      return kept.find((event) => event.position === asked)?.number;
    },
    follow(follower, place) {
      follower.stream = stream;
      follower.place = place;
      followers.add(follower);
      asker ??= follower;
      if (place < last) queueMicrotask(() => catchUp(follower));
    },
    leave(follower) {
      if (!followers.has(follower)) return;
      release(follower);
      if (followers.size === 0) close();
    },
    moveTo(other, place) {
      for (const follower of followers) catchUp(follower);
      const all = [...followers];
      followers.clear();
      close();
      for (const follower of all) other.follow(follower, place);
    },
  };

  stop = open({
    next(payload) {
      if (isRequestError(payload)) keepAskerOnly();
      last += 1;
      if (positionAfter) position = positionAfter(payload);
      keep(payload);
      for (const follower of followers) {
        if (follower.place !== last - 1) continue;
        follower.place = last;
        follower.listener.next(payload);
      }
      if (followers.size === 0) close();
      else if (stop) onEvent();
    },
    error(errors) {
      keepAskerOnly();
      for (const { listener } of end()) listener.error(errors);
    },
    complete() {
      for (const { listener } of end()) listener.complete();
    },
    lost(started, sourceIsAway) {
      for (const { listener } of end()) listener.lost(started, sourceIsAway);
    },
  });
  return stream;
};
