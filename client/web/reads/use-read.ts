/**
 * What a page shows of the API. Invariant: it is read once at a time, however often it changes; what was read stays
 * while the same is read again, and goes when something else is.
 */
import { isParlanceError, type ParlanceFault, type TypedDocumentString } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { oneAtATime } from './one-at-a-time.ts';

/** Of an operation; JSON. */
export type Variables = Readonly<Record<string, unknown>>;

export interface Read<Data> {
  /** Undefined until it is there. */
  readonly data: Data | undefined;
  /** Why it is not there, is not whole, or may be out of date. */
  readonly fault: ParlanceFault | undefined;
  refetch(): Promise<void>;
  /** Shows an event of a subscription in what was read. */
  merge(change: (data: Data) => Data): void;
}

export interface ReadOptions {
  /** Milliseconds after which it is read again while the page is visible, for what changes with the clock alone. */
  readonly everyMs?: number;
  /** Whether nothing is read. */
  readonly isOff?: boolean;
}

interface State<Data> {
  /** Of the variables. */
  readonly key: string;
  readonly data: Data | undefined;
  readonly fault: ParlanceFault | undefined;
}

export const useRead = <Data, Given extends Variables>(
  document: TypedDocumentString<Data, Given>,
  variables: Given,
  { everyMs, isOff = false }: ReadOptions = {},
): Read<Data> => {
  const client = useParlance();
  const key = JSON.stringify(variables);
  const [state, setState] = useState<State<Data>>({ key, data: undefined, fault: undefined });
  const shownKey = useRef(key);
  /** The latest event since the read under way began, which may not know of it. */
  const merged = useRef<(data: Data) => Data>(undefined);
  const refetch = useMemo(
    () =>
      oneAtATime(async () => {
        merged.current = undefined;
        const show = (next: (before: State<Data>) => State<Data>) => {
          if (shownKey.current === key) setState(next);
        };
        try {
          const given: Given = JSON.parse(key);
          const { data, errors } = await client.read(document, given);
          show(() => ({ key, data: data && merged.current ? merged.current(data) : data, fault: errors[0] }));
        } catch (fault) {
          if (!isParlanceError(fault)) throw fault;
          show((before) => ({ key, data: before.key === key ? before.data : undefined, fault }));
        }
      }),
    [client, document, key],
  );
  const merge = useCallback((change: (data: Data) => Data) => {
    merged.current = change;
    setState((before) => ({ ...before, data: before.data && change(before.data) }));
  }, []);
  useEffect(() => {
    shownKey.current = key;
    if (isOff) return undefined;
    void refetch();
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (window.document.visibilityState === 'visible') void refetch();
    }, everyMs);
    return () => clearInterval(timer);
  }, [refetch, key, everyMs, isOff]);
  const isCurrent = state.key === key;
  return { data: isCurrent ? state.data : undefined, fault: isCurrent ? state.fault : undefined, refetch, merge };
};
