/** Which page of a list is shown. A list of the server is read forward, so the way back is remembered. */
import { useEffect, useMemo, useState } from 'react';

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

/** Goes back from a page that has lost its last row. */
export const useFilledPage = (
  { before, back }: Pager,
  page: { readonly edges: readonly unknown[] } | undefined,
): void => {
  const isEmpty = page?.edges.length === 0 && before > 0;
  useEffect(() => {
    if (isEmpty) back();
  }, [isEmpty, back]);
};
