/**
 * One subscription to the changes of the user's conversations, shared by all stores of a page. Invariant: a store that
 * compares versions misses nothing: the version of a conversation, and that of all of them, differ after anything that
 * may have changed it, whether it was delivered or not.
 */
import { type ConversationChange, isParlanceError, type ParlanceClient, type ParlanceError } from '@parlance/client';

/** `MISSED`: anything may have changed. `ENDED`: no more changes come, until the user has signed in again. */
export type HubNotice =
  | ConversationChange
  | { readonly kind: 'MISSED' }
  | { readonly kind: 'ENDED'; readonly error: ParlanceError };

export interface ChangeHub {
  /** The subscription is open while somebody listens, and a moment longer. Returns a function that leaves. */
  listen(listener: (notice: HubNotice) => void): () => void;
  /** For what this client has changed itself. */
  publish(notice: ConversationChange): void;
  /** Of one conversation, or of all of them. */
  versionOf(conversationId?: string): string;
}

/** Milliseconds for which the subscription outlives its last listener: a change of pages does not close it. */
const lingerMs = 3000;
/**
 * Milliseconds after the opening until the subscription is surely in force. Nothing says when it is, and what changed
 * until then was not delivered.
 */
const settleMs = 2000;
/** Conversations whose changes are counted one by one. */
const maxCounted = 256;

/** Counts what changed. */
const createVersions = () => {
  let epoch = 0;
  let total = 0;
  const counts = new Map<string, number>();
  return {
    count(id: string): void {
      total += 1;
      counts.set(id, (counts.get(id) ?? 0) + 1);
      if (counts.size <= maxCounted) return;
      epoch += 1;
      counts.clear();
    },
    countAll(): void {
      epoch += 1;
      counts.clear();
    },
    of: (id: string | undefined): string => `${epoch}.${id === undefined ? total : (counts.get(id) ?? 0)}`,
  };
};

export const createChangeHub = (client: ParlanceClient): ChangeHub => {
  const versions = createVersions();
  const listeners = new Set<(notice: HubNotice) => void>();
  let open: AbortController | undefined;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  const emit = (notice: HubNotice): void => {
    for (const listener of [...listeners]) listener(notice);
  };
  const take = (notice: HubNotice): void => {
    if (notice.kind === 'MISSED') versions.countAll();
    else if (notice.kind !== 'ENDED') versions.count(notice.conversationId);
    emit(notice);
  };
  const follow = async (signal: AbortSignal): Promise<void> => {
    const settled = setTimeout(() => take({ kind: 'MISSED' }), settleMs);
    try {
      for await (const notice of client.conversationsChanged({ signal })) take(notice);
    } catch (fault) {
      if (!isParlanceError(fault)) throw fault;
      emit({ kind: 'ENDED', error: fault });
    } finally {
      clearTimeout(settled);
      versions.countAll();
    }
  };
  const start = (): void => {
    if (open) return;
    const mine = new AbortController();
    open = mine;
    void follow(mine.signal).finally(() => {
      if (open === mine) open = undefined;
    });
  };
  const stop = (): void => {
    open?.abort();
    open = undefined;
  };

  client.onSignedIn(() => {
    if (listeners.size === 0) return;
    start();
    take({ kind: 'MISSED' });
  });

  return {
    listen(listener) {
      const own = (notice: HubNotice): void => listener(notice);
      listeners.add(own);
      clearTimeout(leaving);
      start();
      return () => {
        if (listeners.delete(own) && listeners.size === 0) leaving = setTimeout(stop, lingerMs);
      };
    },
    publish: take,
    versionOf: versions.of,
  };
};
