/**
 * Keeps the end of a growing timeline in view while the reader is there. Invariant: whatever moves the page up lets go
 * at once, and nothing moves it until the reader comes back to the end. Older messages are put in above without a jump.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Pixels from the end that count as the end. */
const endMargin = 32;

const distanceToEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): number =>
  scrollHeight - scrollTop - clientHeight;

const upKeys: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

/** Lets go when the reader moves up; follows again when the reader comes to the end. */
const watchReader = (element: HTMLElement, follow: (isFollowing: boolean) => void): (() => void) => {
  const leaving = new AbortController();
  const options = { passive: true, signal: leaving.signal };
  let last = element.scrollTop;
  let touchY = 0;
  const onWheel = ({ deltaY }: WheelEvent): void => {
    if (deltaY < 0 && element.scrollTop > 0) follow(false);
  };
  const onKey = ({ key, target }: KeyboardEvent): void => {
    if (upKeys.has(key) && !(target instanceof HTMLTextAreaElement)) follow(false);
  };
  const onTouch = ({ type, touches }: TouchEvent): void => {
    const y = touches[0]?.clientY ?? touchY;
    if (type === 'touchmove' && y > touchY) follow(false);
    touchY = y;
  };
  const onScroll = (): void => {
    const { scrollTop } = element;
    const distance = distanceToEnd(element);
    if (scrollTop > last && distance < endMargin) follow(true);
    // The scroll bar was dragged up. Content that shrinks moves the page up too, but it stays at the end.
    else if (scrollTop < last && distance > endMargin) follow(false);
    last = scrollTop;
  };
  element.addEventListener('wheel', onWheel, options);
  element.addEventListener('keydown', onKey, options);
  element.addEventListener('touchstart', onTouch, options);
  element.addEventListener('touchmove', onTouch, options);
  element.addEventListener('scroll', onScroll, options);
  return () => leaving.abort();
};

export interface FollowEnd {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  /** Whether the end is kept in view. */
  readonly isAtEnd: boolean;
  toEnd(): void;
}

/** @param firstKey of the first message that is held: it changes when older ones come */
export const useFollowEnd = (firstKey: string | undefined): FollowEnd => {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const before = useRef<{ readonly key: string | undefined; readonly height: number }>(undefined);
  const [isAtEnd, setAtEnd] = useState(true);

  const follow = useCallback((next: boolean) => {
    isFollowing.current = next;
    setAtEnd(next);
  }, []);
  const toEnd = useCallback(() => {
    follow(true);
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [follow]);

  useEffect(() => (scroller.current ? watchReader(scroller.current, follow) : undefined), [follow]);
  useLayoutEffect(() => {
    const [element, inner] = [scroller.current, content.current];
    if (!element || !inner) return undefined;
    const keep = () => {
      if (isFollowing.current) element.scrollTop = element.scrollHeight;
    };
    keep();
    const observer = new ResizeObserver(keep);
    observer.observe(inner);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // In the same frame in which older messages come in, the page moves on by their height.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const known = before.current;
    const grown = known && known.key !== firstKey ? element.scrollHeight - known.height : 0;
    if (grown > 0 && !isFollowing.current) element.scrollTop += grown;
    before.current = { key: firstKey, height: element.scrollHeight };
  });
  return { scroller, content, isAtEnd, toEnd };
};
