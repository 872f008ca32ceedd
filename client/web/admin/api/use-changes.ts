/** Calls a function whenever a subscription announces a change, or may have missed one. */
import { isParlanceError, type TypedDocumentString } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { useEffect, useEffectEvent } from 'react';

export interface ChangesOptions {
  /** Whether nothing is followed, because the reader may not. */
  readonly isOff?: boolean;
}

/** @param onChange called with undefined where changes may have been missed */
export const useChanges = <Data>(
  document: TypedDocumentString<Data, Record<string, never>>,
  onChange: (data: Data | undefined) => void,
  { isOff = false }: ChangesOptions = {},
): void => {
  const client = useParlance();
  const announce = useEffectEvent(onChange);
  useEffect(() => {
    if (isOff) return undefined;
    const leaving = new AbortController();
    const follow = async () => {
      const none: Record<string, never> = {};
      for await (const notice of client.changes(document, none, { signal: leaving.signal })) {
        announce(notice.kind === 'CHANGED' ? notice.data : undefined);
      }
    };
    // Without changes the page still shows what it reads, and the read says why the server refuses.
    follow().catch((fault: unknown) => {
      if (!isParlanceError(fault)) throw fault;
    });
    return () => leaving.abort();
  }, [client, document, isOff]);
};
