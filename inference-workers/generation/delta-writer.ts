/**
 * Gathers the model's text into TokenDelta events. The first text goes out at once; after that what arrives until the
 * next beat, or while an append is under way, goes out as one event: under load events grow instead of queues.
 * Invariants: the events' texts joined are the text written, in order; no event ends inside a surrogate pair, and none
 * holds a NUL, which PostgreSQL cannot keep; at most `waitAboveChars` characters wait before `write` asks its caller to
 * stop.
 */
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { deltasAppended } from '../metrics.ts';
import { onSharedTick } from './shared-tick.ts';

export interface DeltaWriter {
  /** Text that was handed to the log, or will be. */
  readonly text: string;
  /** A promise asks to be awaited before more is written. Faults of the log come from `flush`. */
  write(text: string): Promise<void> | undefined;
  /** Resolves when all text is in the log. Rejects with the log's fault. */
  flush(): Promise<void>;
}

export interface DeltaWriterOptions {
  readonly append: (events: readonly StreamEvent[]) => Promise<void>;
  /** Milliseconds between two beats (beat.ts); 0 sends each piece as soon as the one before is in. */
  readonly coalesceMs: number;
  /** Characters that are not kept waiting for more. */
  readonly coalesceChars: number;
}

const waitAboveChars = 65_536;
const none = {};

/** Where the text can be cut without parting a surrogate pair. */
const wholeLength = (text: string): number => {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length;
};

export const createDeltaWriter = ({ append, coalesceMs, coalesceChars }: DeltaWriterOptions): DeltaWriter => {
  let text = '';
  let pending = '';
  let first = true;
  let revoke: (() => void) | undefined;
  let sending: Promise<void> | undefined;

  const send = (length: number): void => {
    revoke?.();
    revoke = undefined;
    if (sending !== undefined || length === 0) return;
    const delta = pending.slice(0, length).toWellFormed();
    pending = pending.slice(length);
    text += delta;
    first = false;
    deltasAppended.add(none);
    const sent = append([{ type: 'TokenDelta', text: delta }]);
    sending = sent;
    sent.then(
      () => {
        sending = undefined;
        if (pending.length > 0) schedule();
      },
      () => undefined, // Kept in `sending`: nothing more is sent, and flush tells.
    );
  };
  const schedule = (): void => {
    if (sending !== undefined) return;
    if (first || coalesceMs === 0 || pending.length >= coalesceChars) send(wholeLength(pending));
    else revoke ??= onSharedTick(coalesceMs, () => send(wholeLength(pending)));
  };

  return {
    get text() {
      return text + pending;
    },
    write(more) {
      pending += more.includes('\0') ? more.replaceAll('\0', '') : more;
      if (pending.length > 0) schedule();
      return pending.length > waitAboveChars ? sending : undefined;
    },
    async flush() {
      while (sending !== undefined || pending.length > 0) {
        send(pending.length);
        await sending;
      }
    },
  };
};
