/** A list that is read page by page. Invariant: its length is bounded, and a page that arrives late adds nothing. */
import { isParlanceError, type ParlanceFault } from '@parlance/client';
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Where the next page begins; undefined at the end. */
  readonly next: string | undefined;
}

/** @param after undefined for the first page */
export type ReadPage<Row> = (after: string | undefined) => Promise<Page<Row>>;

export interface Pages<Row> {
  /** Undefined until the first page is there. */
  readonly rows: readonly Row[] | undefined;
  readonly fault: ParlanceFault | undefined;
  readonly hasMore: boolean;
  more(): Promise<void>;
  /** Reads from the beginning. */
  refetch(): Promise<void>;
}

/** Rows that one page of the console shows at most. */
const maxRows = 2_000;

/** @param read the same function as long as the list is the same */
export const usePages = <Row>(read: ReadPage<Row>): Pages<Row> => {
  const [page, setPage] = useState<Page<Row>>();
  const [fault, setFault] = useState<ParlanceFault>();
  const latest = useRef(0);
  const load = useCallback(
    async (after: string | undefined) => {
      latest.current += 1;
      const mine = latest.current;
      try {
        const found = await read(after);
        if (mine !== latest.current) return;
        setPage((before) =>
          after === undefined || !before ? found : { ...found, rows: [...before.rows, ...found.rows] },
        );
        setFault(undefined);
      } catch (error) {
        if (!isParlanceError(error)) throw error;
        if (mine === latest.current) setFault(error);
      }
    },
    [read],
  );
  const refetch = useCallback(() => load(undefined), [load]);
  useEffect(() => void refetch(), [refetch]);
  const rows = page?.rows;
  return {
    rows,
    fault,
    hasMore: page?.next !== undefined && page.rows.length < maxRows,
    more: () => load(page?.next),
    refetch,
  };
};
