/** Loads the next page when its place comes near the view. */
import { useEffect, useRef } from 'react';
import styles from './list.module.css';

export interface LoadMoreProps {
  readonly hasMore: boolean;
  /** Without effect while a page is being loaded. */
  readonly load: () => Promise<void>;
}

export const LoadMore = ({ hasMore, load }: LoadMoreProps) => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!hasMore || !place.current) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void load();
      },
      { rootMargin: '600px' },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  });
  return <div ref={place} className={styles['sentinel']} />;
};
