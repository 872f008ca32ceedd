/** Seconds until something may be tried again. */
import { useEffect, useState } from 'react';

export const useCountdown = (milliseconds: number | undefined): number => {
  const [end] = useState(() => Date.now() + (milliseconds ?? 0));
  const [now, setNow] = useState(() => Date.now());
  const left = Math.max(0, Math.ceil((end - now) / 1_000));
  const isOver = left === 0;
  useEffect(() => {
    if (isOver) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isOver]);
  return left;
};
