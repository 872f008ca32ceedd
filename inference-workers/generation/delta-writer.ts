/**
 * Gathers the model's text into TokenDelta events. The first text is sent at once. After that, text that arrives until
 * the next tick or while an append is under way becomes one event, so under load events grow instead of queues.
 * Invariants: the joined texts of the events are the text that was written, in order; no event ends inside a surrogate
 * pair, and none holds a NUL, which PostgreSQL cannot store; at most `waitAboveChars` characters wait before `write`
 * asks its caller to stop.
 */
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { deltasAppended } from '../metrics.ts';
import { onSharedTick } from './shared-tick.ts';

export interface DeltaWriter {
  /** All text so far, sent or pending. */
  readonly text: string;
  /** When it returns a promise, await that before writing more. Faults of the log come from `flush`. */
  write(text: string): Promise<void> | undefined;
  /** Resolves when all text is in the log. Rejects with the log's fault. */
  flush(): Promise<void>;
}

export interface DeltaWriterOptions {
  readonly append: (events: readonly StreamEvent[]) => Promise<void>;
  /** Milliseconds between two ticks (shared-tick.ts); 0 sends each piece as soon as the one before is in the log. */
  readonly coalesceMs: number;
  /** Pending characters that are sent without waiting for more. */
  readonly coalesceChars: number;
}

const waitAboveChars = 65_536;
const none = {};

/** The length up to which the text can be cut without splitting a surrogate pair. */
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
      () => undefined, // Kept in `sending`: nothing more is sent, and flush rejects with it.
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
