/** Which page of a list is shown. A list of the server is read forward, so the way back is remembered. */
import { useMemo, useState } from 'react';

export interface Pager {
  /** Where the page begins; null for the first. */
  readonly after: string | null;
  /** Pages before it. */
  readonly before: number;
  next(endCursor: string): void;
  back(): void;
  toFirst(): void;
}

export const usePager = (): Pager => {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return useMemo(
    () => ({
      after: cursors.at(-1) ?? null,
      before: cursors.length,
      next: (endCursor) => setCursors([...cursors, endCursor]),
      back: () => setCursors(cursors.slice(0, -1)),
      toFirst: () => setCursors([]),
    }),
    [cursors],
  );
};
