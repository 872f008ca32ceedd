/**
 * The events of one source stream so far: their number, the position that they have reached, and the newest of them for
 * listeners that arrive a little later or are behind. Bounded in number and bytes.
 */

interface KeptEvent {
  readonly number: number;
  readonly position: string | undefined;
  readonly payload: Buffer;
}

export interface EventHistory {
  /** Number of the newest event; 0 before the first. */
  readonly last: number;
  /** Position after the newest event; undefined where it is unknown. */
  readonly position: string | undefined;
  /** @param isKept whether a listener may need the event later. Otherwise the kept events are dropped too. */
  append(payload: Buffer, isKept: boolean): void;
  /** Number of the event that reached a position; undefined where the events after it are not available. */
  offsetOf(position: string | undefined): number | undefined;
  /** The event after an offset; undefined when it is no longer kept. */
  payloadAfter(offset: number): Buffer | undefined;
}

export interface EventHistoryOptions {
  /** Position at which the stream starts; undefined where that is unknown. */
  readonly start: string | undefined;
  /** Position after an event. Undefined when events have no position; then a new listener gets the events from then on. */
  readonly positionAfter: ((payload: Buffer) => string | undefined) | undefined;
}

/** Bounds of the events kept for one stream. */
const mostEvents = 64;
const mostBytes = 64 * 1024;

export const createEventHistory = ({ start, positionAfter }: EventHistoryOptions): EventHistory => {
  const kept: KeptEvent[] = [];
  let keptBytes = 0;
  let last = 0;
  let position = start;

  const keep = (payload: Buffer): void => {
    // A copy, because the payload is a slice of a larger buffer.
    kept.push({ number: last, position, payload: Buffer.from(payload) });
    keptBytes += payload.length;
    while (kept.length > mostEvents || keptBytes > mostBytes) keptBytes -= kept.shift()?.payload.length ?? 0;
  };

  return {
    get last() {
      return last;
    },
    get position() {
      return position;
    },
    append(payload, isKept) {
      last += 1;
      if (positionAfter) position = positionAfter(payload);
      if (positionAfter && isKept) {
        keep(payload);
      } else {
        kept.length = 0;
        keptBytes = 0;
      }
    },
    offsetOf(asked) {
      if (!positionAfter) return last;
      if (last === 0) return asked === start ? 0 : undefined;
      if (asked === undefined) return undefined;
      if (asked === position) return last;
      if (asked === start && kept[0]?.number === 1) return 0;
      return kept.find((event) => event.position === asked)?.number;
    },
    payloadAfter: (offset) => kept.find(({ number }) => number === offset + 1)?.payload,
  };
};
