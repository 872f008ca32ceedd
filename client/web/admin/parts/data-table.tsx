/** A table that is sorted by the column that its reader chooses. On narrow screens it scrolls by itself. */

import { type ReactNode, useState } from 'react';
import hidden from '../../design/hidden.module.css';
import { useWords } from '../translations/words.ts';
import styles from './table.module.css';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Without it, the column cannot be sorted. */
  readonly sortBy?: (row: Row) => string | number;
  readonly isNumber?: boolean;
}

export interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined while they are read. */
  readonly rows: readonly Row[] | undefined;
  readonly keyOf: (row: Row) => string;
  /** What to say where there is no row. */
  readonly none: string;
}

interface Sorting {
  readonly id: string;
  readonly isDescending: boolean;
}

const compare = (one: string | number, other: string | number): number =>
  typeof one === 'number' && typeof other === 'number' ? one - other : String(one).localeCompare(String(other));

const sorted = <Row,>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] => {
  const sortBy = columns.find(({ id }) => id === sorting?.id)?.sortBy;
  if (!sorting || !sortBy) return rows;
  const direction = sorting.isDescending ? -1 : 1;
  return rows.toSorted((one, other) => direction * compare(sortBy(one), sortBy(other)));
};

interface HeadProps<Row> {
  readonly column: Column<Row>;
  readonly sorting: Sorting | undefined;
  readonly onSort: (id: string) => void;
}

const Head = <Row,>({ column: { id, title, sortBy, isNumber = false }, sorting, onSort }: HeadProps<Row>) => {
  const sort = () => onSort(id);
  const isSorted = sorting?.id === id;
  const order = isSorted ? (sorting.isDescending ? 'descending' : 'ascending') : 'none';
  if (!sortBy) {
    return (
      <th scope="col" data-number={isNumber}>
        {title}
      </th>
    );
  }
  return (
    <th scope="col" data-number={isNumber} aria-sort={order}>
      <button type="button" className={styles['sort']} data-order={order} onClick={sort}>
        {title}
      </button>
    </th>
  );
};

export const DataTable = <Row,>({ caption, columns, rows, keyOf, none }: DataTableProps<Row>) => {
  const w = useWords();
  const [sorting, setSorting] = useState<Sorting>();
  const sort = (id: string) =>
    setSorting((before) => ({ id, isDescending: before?.id === id ? !before.isDescending : false }));
  if (rows === undefined || rows.length === 0) {
    return <p className={styles['none']}>{rows === undefined ? w('page.reading') : none}</p>;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must scroll by keyboard too
    <section className={styles['tableFrame']} aria-label={caption} tabIndex={0}>
      <table className={styles['table']}>
        <caption className={hidden['hidden']}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} sorting={sorting} onSort={sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, columns, sorting).map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ id, cell, isNumber = false }) => (
                <td key={id} data-number={isNumber}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};
