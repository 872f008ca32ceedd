/**
 * Who is signed in, asked again with growing pauses while the server cannot be asked. Invariant: one question at a
 * time, and none for a page that has gone.
 */
import { useEffect, useState } from 'react';
import { readSession, type SessionState } from './session.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** @param first what was known when the page was first drawn */
export const useSessionState = (first: SessionState): { readonly state: SessionState; askAgain(): void } => {
  const [state, setState] = useState(first);
  const [attempt, setAttempt] = useState(0);
  const askAgain = () => setAttempt((before) => before + 1);
  useEffect(() => {
    if (attempt === 0 && first !== 'unreachable') return undefined;
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => setAttempt((before) => before + 1);
    void readSession().then((next) => {
      if (!isCurrent) return;
      setState(next);
      if (next === 'unreachable') timer = setTimeout(again, Math.min(longestPauseMs, firstPauseMs * 2 ** attempt));
    });
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [attempt, first]);
  return { state, askAgain };
};
