/** What the caches have served and saved, a way to clear them, and the replies that administrators write themselves. */
import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { formatCount, formatMoment, formatUsd } from '../../formats/format.ts';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { useAction } from '../api/use-action.ts';
import {
  CachesDocument,
  type CachesQuery,
  ClearReplyCachesDocument,
  DeleteCuratedReplyDocument,
  UpsertCuratedReplyDocument,
} from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Figures } from '../parts/figures.tsx';
import { Page, Section } from '../parts/page.tsx';
import styles from '../parts/parts.module.css';
import { lastDays } from '../time/ranges.ts';
import { useWords, type Words } from '../translations/words.ts';
import { CuratedForm } from './curated-form.tsx';

type Curated = CachesQuery['curatedReplies'][number];
type Saving = CachesQuery['usageReport']['totals']['savings'][number];

/** Before the figures are there: nothing moves when they come. */
const unread = '–';
const shownDays = 30;

const figuresOf = (savings: readonly Saving[] | undefined, w: Words, language: string) =>
  (['REQUEST_CACHE', 'SEMANTIC_CACHE'] as const).map((lever) => {
    const saving = savings?.find((one) => one.lever === lever);
    if (saving === undefined) return { label: w(`caches.${lever}`), value: unread };
    const { hits, lookups, savedUsd } = saving;
    const share = (lookups === 0 ? 0 : hits / lookups).toLocaleString(language, { style: 'percent' });
    const counts = { hits: formatCount(hits, language), lookups: formatCount(lookups, language) };
    return {
      label: w(`caches.${lever}`),
      value: share,
      more: w('caches.figures', { ...counts, saved: formatUsd(savedUsd, language) }),
    };
  });

interface Given {
  readonly w: Words;
  readonly language: string;
  readonly isRunning: boolean;
  readonly edit: (id: string) => void;
  readonly remove: (id: string) => void;
}

const columnsIn = ({ w, language, isRunning, edit, remove }: Given): readonly Column<Curated>[] => [
  { id: 'questions', title: w('caches.questions'), cell: ({ questions }) => questions.join(' · ') },
  {
    id: 'reply',
    title: w('caches.reply'),
    cell: ({ reply }) => <span className={styles['excerpt']}>{reply}</span>,
  },
  { id: 'updated', title: w('caches.updated'), cell: ({ updatedAt }) => formatMoment(updatedAt, language) },
  {
    id: 'actions',
    title: w('actions'),
    cell: ({ id, questions: [name = ''] }) => (
      <ButtonRow>
        <Button aria-label={w('editOne', { name })} onClick={() => edit(id)}>
          {w('edit')}
        </Button>
        <ConfirmButton
          label={w('delete')}
          name={w('deleteOne', { name })}
          question={w('caches.deleteSure')}
          consequence={w('caches.deleteMore')}
          isDisabled={isRunning}
          act={() => remove(id)}
        />
      </ButtonRow>
    ),
  },
];

export const CachesPage = () => {
  const w = useWords();
  const language = useLanguage();
  const client = useParlance();
  const [range] = useState(() => lastDays(new Date(), shownDays));
  const { data, fault, refetch } = useRead(CachesDocument, { range });
  const { isRunning, fault: refused, run } = useAction();
  const [edited, setEdited] = useState<string>();
  // Each that was saved leaves an empty form. What is being typed stays, whatever the list becomes meanwhile.
  const [savedCount, setSavedCount] = useState(0);
  const curated = data?.curatedReplies.find(({ id }) => id === edited);
  const clear = () =>
    void run(async () => {
      await client.mutate(ClearReplyCachesDocument, {});
    }, w('caches.cleared'));
  const remove = (id: string) =>
    void run(async () => {
      await client.mutate(DeleteCuratedReplyDocument, { id });
      await refetch();
    }, w('caches.deleted'));
  const saved = async () => {
    setEdited(undefined);
    setSavedCount((count) => count + 1);
    await refetch();
  };
  const documents = [CachesDocument, ClearReplyCachesDocument, UpsertCuratedReplyDocument, DeleteCuratedReplyDocument];
  return (
    <Page
      title="caches.title"
      intro={w('caches.intro')}
      operations={documents.map((document) => ({ document }))}
      fault={fault}
      retry={refetch}
    >
      <FaultView fault={refused} />
      <Figures figures={figuresOf(data?.usageReport.totals.savings, w, language)} />
      <ButtonRow>
        <ConfirmButton
          label={w('caches.clear')}
          name={w('caches.clear')}
          question={w('caches.clearSure')}
          consequence={w('caches.clearMore')}
          isDisabled={isRunning}
          act={clear}
        />
      </ButtonRow>
      <DataTable
        caption={w('caches.curated')}
        columns={columnsIn({ w, language, isRunning, edit: setEdited, remove })}
        rows={data?.curatedReplies}
        keyOf={({ id }) => id}
        none={w('caches.none')}
      />
      <Section title={w(curated ? 'caches.change' : 'caches.add')} intro={w('caches.addIntro')}>
        <CuratedForm key={curated?.id ?? `new ${savedCount}`} curated={curated} onSaved={saved} />
      </Section>
    </Page>
  );
};
