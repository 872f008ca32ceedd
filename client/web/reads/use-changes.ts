/**
 * Calls a function whenever a subscription announces a change, or may have missed one. Invariant: a page that nobody
 * sees holds no stream, because a browser has few connections for all of its tabs; it reads again when it is seen.
 */
import { isParlanceError, type TypedDocumentString } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { useEffect, useEffectEvent, useRef, useSyncExternalStore } from 'react';
import type { Variables } from './use-read.ts';

export interface ChangesOptions {
  /** Whether nothing is followed, because the reader may not. */
  readonly isOff?: boolean;
}

/**
 * Milliseconds after the opening until the subscription is surely in force. Nothing says when it is, and what changed
 * until then was not delivered.
 */
const settleMs = 2_000;

const followVisibility = (changed: () => void): (() => void) => {
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
};
const isVisibleNow = (): boolean => document.visibilityState === 'visible';

/** @param onChange called with undefined where changes may have been missed */
export const useChanges = <Data, Given extends Variables>(
  operation: TypedDocumentString<Data, Given>,
  variables: Given,
  onChange: (data: Data | undefined) => void,
  { isOff = false }: ChangesOptions = {},
): void => {
  const client = useParlance();
  const isVisible = useSyncExternalStore(followVisibility, isVisibleNow);
  const key = JSON.stringify(variables);
  const hasFollowed = useRef(false);
  const announce = useEffectEvent(onChange);
  useEffect(() => {
    if (isOff || !isVisible) return undefined;
    const leaving = new AbortController();
    const given: Given = JSON.parse(key);
    const follow = async () => {
      for await (const notice of client.changes(operation, given, { signal: leaving.signal })) {
        announce(notice.kind === 'CHANGED' ? notice.data : undefined);
      }
    };
    if (hasFollowed.current) announce(undefined);
    hasFollowed.current = true;
    // Without changes the page still shows what it reads, and another read says why the server refuses.
    follow().catch((fault: unknown) => {
      if (!isParlanceError(fault)) throw fault;
      if (!leaving.signal.aborted) announce(undefined);
    });
    const settled = setTimeout(() => announce(undefined), settleMs);
    return () => {
      clearTimeout(settled);
      leaving.abort();
    };
  }, [client, operation, key, isOff, isVisible]);
};
