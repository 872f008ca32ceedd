/**
 * A text that grows faster than the screen is drawn: the newest version of it, once a frame at most. When rendering a
 * version takes long, the next one waits in proportion, so that rendering never takes more than about a quarter of the
 * time.
 */
import { useEffect, useRef, useState } from 'react';

/** Times of the last rendering to wait. */
const restFactor = 3;

export const useFrameText = (text: string, isGrowing: boolean): string => {
  const [shown, setShown] = useState(text);
  const newest = useRef(text);
  const busyUntil = useRef(0);
  useEffect(() => {
    newest.current = text;
  }, [text]);
  useEffect(() => {
    if (!isGrowing) return undefined;
    let frame = requestAnimationFrame(function next(now) {
      frame = requestAnimationFrame(next);
      if (now < busyUntil.current) return;
      const started = performance.now();
      setShown(newest.current);
      // Runs when the rendering that was just asked for, and the tasks before it, are done.
      setTimeout(() => {
        const took = performance.now() - started;
        if (took > 8) busyUntil.current = performance.now() + took * restFactor;
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [isGrowing]);
  // A text that is complete, or another one, is shown at once.
  return isGrowing && text.startsWith(shown) ? shown : text;
};
