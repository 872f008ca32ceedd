/**
 * Follows changes, such as those of all conversations of the user, across lost connections. Changes are
 * hints to read again, and those during a lost connection are not repeated: each reconnect is followed by a notice that
 * says so. Bounded: a reader that is slower than the changes gets that notice instead of those that it missed.
 */
import { type Backoff, pause, waitBefore } from './backoff.ts';
import { connectOnce } from './connect-once.ts';
import { createDeferred } from './deferred.ts';
import type { ConversationChangeFragment } from './generated/graphql.ts';
import { shouldReconnect, stableAfterMs } from './reconnect-policy.ts';
import type { StreamRequest, StreamTransport } from './transports/transport.ts';

export type ConversationChange = ConversationChangeFragment;

/** There may have been changes that were not delivered, so read everything that is shown again. */
export interface MissedChanges {
  readonly kind: 'MISSED';
}

/** A change, or `MISSED`. */
export type Notice<Change> = Change | MissedChanges;
export type Notices<Change> = AsyncIterableIterator<Notice<Change>, undefined, undefined>;

export type ConversationNotice = Notice<ConversationChange>;
export type ConversationNotices = Notices<ConversationChange>;

export interface ChangesOptions<Data, Change> {
  readonly transport: StreamTransport;
  readonly backoff: Backoff;
  /** Whether there may be another credential after a refused one. */
  readonly isRenewable: boolean;
  readonly request: StreamRequest;
  readonly changeOf: (data: Data) => Change;
  /** Ends the iteration. */
  readonly signal: AbortSignal;
}

/** Notices that wait for a slow reader, at most. */
const maxWaiting = 256;
const missed: MissedChanges = { kind: 'MISSED' };

export const followChanges = <Data, Change>(options: ChangesOptions<Data, Change>): Notices<Change> => {
  type Step = IteratorResult<Notice<Change>, undefined>;
  const { transport, backoff, isRenewable, request, changeOf, signal } = options;
  const done: Step = { done: true, value: undefined };
  const leaving = new AbortController();
  let waiting: Notice<Change>[] = [];
  let reader: { resolve(step: Step): void; reject(error: unknown): void } | undefined;
  let ended = false;
  let fault: { readonly error: unknown } | undefined;

  const serve = (): void => {
    if (!reader) return;
    const { resolve, reject } = reader;
    const value = waiting.shift();
    if (value === undefined && !ended) return;
    reader = undefined;
    if (value !== undefined) {
      resolve({ done: false, value });
    } else if (fault) {
      const { error } = fault;
      fault = undefined;
      reject(error);
    } else {
      resolve(done);
    }
  };
  const put = (notice: Notice<Change>): void => {
    if (ended) return;
    if (notice === missed || waiting.length === maxWaiting) waiting = [missed];
    else waiting.push(notice);
    serve();
  };
  const end = (): void => {
    ended = true;
    signal.removeEventListener('abort', leave);
    serve();
  };
  const leave = (): void => {
    leaving.abort();
    waiting = [];
    end();
  };
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();

  const take = (data: Data): boolean => {
    put(changeOf(data));
    return true;
  };
  const follow = async (): Promise<void> => {
    for (let failures = 0; !leaving.signal.aborted; ) {
      const connectedAt = Date.now();
      const connection = connectOnce(transport, { ...request, isHint: true }, take, leaving.signal);
      if (failures > 0) put(missed);
      const outcome = await connection;
      if (outcome.kind === 'left') return;
      failures = Date.now() - connectedAt > stableAfterMs ? 1 : failures + 1;
      const error = outcome.kind === 'failed' ? outcome.error : undefined;
      if (error && !shouldReconnect(error, failures, isRenewable)) throw error;
      await pause(waitBefore(backoff, failures, error?.retryAfterMs), leaving.signal);
    }
  };
  follow()
    .catch((error: unknown) => {
      fault = { error };
    })
    .finally(end);

  const notices: Notices<Change> = {
    next() {
      const { promise, resolve, reject } = createDeferred<Step>();
      reader = { resolve, reject };
      serve();
      return promise;
    },
    async return() {
      fault = undefined;
      leave();
      return done;
    },
    [Symbol.asyncIterator]: () => notices,
  };
  return notices;
};
