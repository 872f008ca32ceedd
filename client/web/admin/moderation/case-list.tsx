/** The cases, newest first; new ones appear as they are opened. */
import { useParlance } from '@parlance/react';
import { type ChangeEvent, useCallback, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { formatMoment } from '../../formats/format.ts';
import { useChanges } from '../../reads/use-changes.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import { usePages } from '../api/use-pages.ts';
import {
  CaseOpenedDocument,
  type CaseRowFragment,
  CasesDocument,
  type ModerationCaseStatus,
} from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Badge, type Tone } from '../parts/figures.tsx';
import { Select } from '../parts/form.tsx';
import styles from '../parts/parts.module.css';
import { useWords } from '../translations/words.ts';
import { CaseDialog } from './case-dialog.tsx';
import { describeFindings, describeOutcome, type Reader } from './describe-case.ts';

const statuses: readonly ModerationCaseStatus[] = ['OPEN', 'UPHELD', 'DISMISSED'];
const tones: Readonly<Record<ModerationCaseStatus, Tone>> = { OPEN: 'warning', UPHELD: 'bad', DISMISSED: 'plain' };

interface Given extends Reader {
  readonly open: (id: string) => void;
}

const columnsIn = ({ open, ...reader }: Given): readonly Column<CaseRowFragment>[] => [
  {
    id: 'opened',
    title: reader.w('moderation.opened'),
    cell: ({ openedAt }) => formatMoment(openedAt, reader.language),
  },
  {
    id: 'excerpt',
    title: reader.w('moderation.excerpt'),
    cell: ({ excerpt, user }) => (
      <>
        <span className={styles['excerpt']}>{excerpt}</span>
        <small>{user.email ?? user.id}</small>
      </>
    ),
  },
  {
    id: 'found',
    title: reader.w('moderation.found'),
    cell: (row) => (
      <>
        {describeOutcome(row, reader)}
        <small>{describeFindings(row.verdict.categories, reader)}</small>
      </>
    ),
  },
  {
    id: 'status',
    title: reader.w('moderation.status'),
    cell: ({ status, note }) => (
      <>
        <Badge tone={tones[status]}>{reader.w(`moderation.${status}`)}</Badge>
        {note === null ? null : <small>{note}</small>}
      </>
    ),
  },
  {
    id: 'decide',
    title: reader.w('actions'),
    cell: ({ id }) => <Button onClick={() => open(id)}>{reader.w('moderation.decide')}</Button>,
  },
];

const useCases = (status: ModerationCaseStatus | null) => {
  const client = useParlance();
  return usePages(
    useCallback(
      async (after: string | undefined) => {
        const { moderationCases } = await client.query(CasesDocument, { status, after: after ?? null });
        const { edges, pageInfo } = moderationCases;
        const next = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
        return { rows: edges.map(({ node }) => node), next };
      },
      [client, status],
    ),
  );
};

export const CaseList = () => {
  const w = useWords();
  const t = useTranslate();
  const language = useLanguage();
  const [status, setStatus] = useState<ModerationCaseStatus | null>('OPEN');
  const { rows, fault, hasMore, more, refetch } = useCases(status);
  const [openId, setOpenId] = useState<string>();
  useChanges(CaseOpenedDocument, {}, () => void refetch());
  const change = ({ target }: ChangeEvent<HTMLSelectElement>) =>
    setStatus(statuses.find((known) => known === target.value) ?? null);
  const close = () => setOpenId(undefined);
  const chosen = rows?.find(({ id }) => id === openId);
  const choices = [
    ...statuses.map((value) => ({ value, label: w(`moderation.${value}`) })),
    { value: '', label: w('moderation.all') },
  ];
  return (
    <>
      <div className={styles['bar']}>
        <Select label={w('moderation.status')} choices={choices} value={status ?? ''} onChange={change} />
      </div>
      <FaultView fault={fault} retry={refetch} />
      <DataTable
        caption={w('moderation.cases')}
        columns={columnsIn({ w, t, language, open: setOpenId })}
        rows={rows}
        keyOf={({ id }) => id}
        none={w('moderation.none')}
      />
      {hasMore ? (
        <p>
          <Button onClick={() => void more()}>{w('page.more')}</Button>
        </p>
      ) : null}
      {chosen ? <CaseDialog row={chosen} onDecided={refetch} onClose={close} /> : null}
    </>
  );
};
