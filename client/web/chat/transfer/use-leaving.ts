/** Stops the following of an export or import when the component goes. The work itself goes on. */
import { useCallback, useEffect, useRef } from 'react';

/** Returns a function that gives the signal; it is another one when the component comes back. */
export const useLeaving = (): (() => AbortSignal) => {
  const current = useRef(new AbortController());
  useEffect(() => {
    const leaving = new AbortController();
    current.current = leaving;
    return () => leaving.abort();
  }, []);
  return useCallback(() => current.current.signal, []);
};
