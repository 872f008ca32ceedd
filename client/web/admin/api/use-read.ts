/**
 * What a page shows of the API. Invariant: of several reads at once only the latest counts; what was read stays while
 * the same is read again, and goes when something else is.
 */
import { isParlanceError, type ParlanceFault, type TypedDocumentString } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { useCallback, useEffect, useRef, useState } from 'react';

export type Variables = Readonly<Record<string, unknown>>;

export interface Read<Data> {
  /** Undefined until it is there. */
  readonly data: Data | undefined;
  /** Why it is not there, is not whole, or may be out of date. */
  readonly fault: ParlanceFault | undefined;
  refetch(): Promise<void>;
}

export interface ReadOptions {
  /** Milliseconds after which it is read again while the page is visible. */
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
  const latest = useRef(0);
  const refetch = useCallback(async () => {
    latest.current += 1;
    const mine = latest.current;
    const show = (next: (before: State<Data>) => State<Data>) => {
      if (mine === latest.current) setState(next);
    };
    try {
      const given: Given = JSON.parse(key);
      const { data, errors } = await client.read(document, given);
      show(() => ({ key, data, fault: errors[0] }));
    } catch (fault) {
      if (!isParlanceError(fault)) throw fault;
      show((before) => ({ key, data: before.key === key ? before.data : undefined, fault }));
    }
  }, [client, document, key]);
  useEffect(() => {
    if (isOff) return undefined;
    void refetch();
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (window.document.visibilityState === 'visible') void refetch();
    }, everyMs);
    return () => clearInterval(timer);
  }, [refetch, everyMs, isOff]);
  const isCurrent = state.key === key;
  return { data: isCurrent ? state.data : undefined, fault: isCurrent ? state.fault : undefined, refetch };
};
