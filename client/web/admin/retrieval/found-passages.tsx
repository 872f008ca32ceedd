/**
 * The passages that a question finds, in the order in which a reply gets them, with what each lane says of them. What
 * stands in them is foreign text, and is shown as text.
 */
import { useLanguage } from '../../translations/translation.ts';
import type { FoundPassageFragment } from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import styles from '../parts/parts.module.css';
import { useWords, type Words } from '../translations/words.ts';

interface Row {
  /** In the fused order, from 1. */
  readonly place: number;
  readonly passage: FoundPassageFragment;
}

type Lane = 'wordScore' | 'vectorScore';

/** Characters of a passage that a row shows. */
const shownLength = 1_500;

const inDigits = (value: number, language: string): string =>
  new Intl.NumberFormat(language, { maximumFractionDigits: 3 }).format(value);

/** The place of a score among those of its lane. */
const placeOf = (score: number, passages: readonly FoundPassageFragment[], lane: Lane): number =>
  1 + passages.filter((other) => (other[lane] ?? Number.NEGATIVE_INFINITY) > score).length;

const Passage = ({ passage: { fileName, page, heading, quote } }: Pick<Row, 'passage'>) => {
  const w = useWords();
  return (
    <div className={styles['passage']}>
      <strong dir="auto">{fileName}</strong>
      {page === null ? null : <small>{w('retrieval.page', { page })}</small>}
      {heading === '' ? null : <small dir="auto">{heading}</small>}
      <p dir="auto">{quote.length > shownLength ? `${quote.slice(0, shownLength)}…` : quote}</p>
    </div>
  );
};

const columnsIn = (w: Words, language: string, passages: readonly FoundPassageFragment[]): readonly Column<Row>[] => {
  const laneColumn = (id: Lane, title: string): Column<Row> => ({
    id,
    title,
    sortBy: ({ passage }) => passage[id] ?? Number.NEGATIVE_INFINITY,
    cell: ({ passage }) => {
      const score = passage[id];
      if (score === null) return w('retrieval.notFound');
      return w('retrieval.laneScore', { score: inDigits(score, language), place: placeOf(score, passages, id) });
    },
  });
  return [
    {
      id: 'place',
      title: w('retrieval.place'),
      isNumber: true,
      sortBy: ({ place }) => place,
      cell: ({ place }) => place,
    },
    { id: 'passage', title: w('retrieval.passage'), cell: ({ passage }) => <Passage passage={passage} /> },
    {
      id: 'score',
      title: w('retrieval.score'),
      isNumber: true,
      sortBy: ({ passage }) => passage.score,
      cell: ({ passage }) => inDigits(passage.score, language),
    },
    laneColumn('wordScore', w('retrieval.words')),
    laneColumn('vectorScore', w('retrieval.meaning')),
  ];
};

export const FoundPassages = ({ passages }: { readonly passages: readonly FoundPassageFragment[] }) => {
  const w = useWords();
  const language = useLanguage();
  return (
    <DataTable
      caption={w('retrieval.passages')}
      columns={columnsIn(w, language, passages)}
      rows={passages.map((passage, index) => ({ place: index + 1, passage }))}
      keyOf={({ place }) => String(place)}
      none={w('retrieval.nothing')}
    />
  );
};
