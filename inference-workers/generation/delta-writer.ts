/**
 * Gathers what the model writes, text and reasoning, into TokenDelta and ReasoningDelta events. The first text and the
 * first reasoning are sent at once. After that, what arrives until the next tick or while an append is under way
 * becomes one event for each stretch of either kind, so under load events grow instead of queues. Invariants: the
 * joined texts of the events of a kind are what was written, and the kinds keep their order; no event holds both; no
 * event ends inside a surrogate pair, and none holds a NUL, which PostgreSQL cannot store; at most `waitAboveChars`
 * characters wait before `write` asks its caller to stop.
 */
import type { StreamEvent } from '#contracts/stream-event.ts';
import { deltasAppended } from '../metrics.ts';
import { onSharedTick } from './shared-tick.ts';

type DeltaKind = 'TokenDelta' | 'ReasoningDelta';

export interface DeltaWriter {
  /** All text so far, sent or pending. */
  readonly text: string;
  /** Likewise all reasoning. */
  readonly reasoning: string;
  /**
   * When it returns a promise, await that before writing more. Faults of the log come from `flush`.
   * @param kind default: text.
   */
  write(text: string, kind?: DeltaKind): Promise<void> | undefined;
  /** Resolves when everything is in the log. Rejects with the log's fault. */
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

interface Stretch {
  readonly kind: DeltaKind;
  text: string;
}

/** The length up to which the text can be cut without splitting a surrogate pair. */
const wholeLength = (text: string): number => {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length;
};

export const createDeltaWriter = ({ append, coalesceMs, coalesceChars }: DeltaWriterOptions): DeltaWriter => {
  const sent: Record<DeltaKind, string> = { TokenDelta: '', ReasoningDelta: '' };
  let pending: Stretch[] = [];
  let pendingChars = 0;
  let revoke: (() => void) | undefined;
  let sending: Promise<void> | undefined;

  const all = (kind: DeltaKind): string =>
    pending.reduce((text, one) => (one.kind === kind ? text + one.text : text), sent[kind]);
  /** The stretches that go out now. Of the last one, the half of a surrogate pair at its end waits. */
  const takePending = (isEnd: boolean): readonly Stretch[] => {
    const taken = pending;
    pending = [];
    pendingChars = 0;
    const last = taken.at(-1);
    const length = last === undefined || isEnd ? undefined : wholeLength(last.text);
    if (last !== undefined && length !== undefined && length < last.text.length) {
      pending = [{ kind: last.kind, text: last.text.slice(length) }];
      pendingChars = 1;
      last.text = last.text.slice(0, length);
    }
    return taken.filter(({ text }) => text !== '');
  };
  const send = (isEnd: boolean): void => {
    revoke?.();
    revoke = undefined;
    if (sending !== undefined) return;
    const events = takePending(isEnd).map(({ kind, text }) => ({ type: kind, text: text.toWellFormed() }));
    if (events.length === 0) return;
    for (const { type, text } of events) {
      sent[type] += text;
      deltasAppended.add(none);
    }
    const appended = append(events);
    sending = appended;
    appended.then(
      () => {
        sending = undefined;
        if (pending.length > 0) schedule();
      },
      () => undefined, // Kept in `sending`: nothing more is sent, and flush rejects with it.
    );
  };
  const schedule = (): void => {
    if (sending !== undefined) return;
    const isFirst = pending.some(({ kind }) => sent[kind] === '');
    if (isFirst || coalesceMs === 0 || pendingChars >= coalesceChars) send(false);
    else revoke ??= onSharedTick(coalesceMs, () => send(false));
  };

  return {
    get text() {
      return all('TokenDelta');
    },
    get reasoning() {
      return all('ReasoningDelta');
    },
    write(more, kind = 'TokenDelta') {
      const text = more.includes('\0') ? more.replaceAll('\0', '') : more;
      const last = pending.at(-1);
      if (last?.kind === kind) last.text += text;
      else if (text !== '') pending.push({ kind, text });
      pendingChars += text.length;
      if (pending.length > 0) schedule();
      return pendingChars > waitAboveChars ? sending : undefined;
    },
    async flush() {
      while (sending !== undefined || pending.length > 0) {
        send(true);
        await sending;
      }
    },
  };
};
