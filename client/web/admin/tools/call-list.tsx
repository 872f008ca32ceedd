/** The calls of tools, latest first: who called what, and how it ended. What was said is in the conversation only. */
import { useParlance } from '@parlance/react';
import { type ChangeEvent, useCallback, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { formatMoment } from '../../formats/format.ts';
import { useLanguage } from '../../translations/translation.ts';
import { usePages } from '../api/use-pages.ts';
import { type ToolCallRowFragment, ToolCallsDocument } from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Badge, type Tone } from '../parts/figures.tsx';
import { Select } from '../parts/form.tsx';
import styles from '../parts/parts.module.css';
import { useWords, type Words } from '../translations/words.ts';

const statuses = ['AWAITING_APPROVAL', 'COMPLETED', 'FAILED'] as const;
type Status = (typeof statuses)[number];
const tones: Readonly<Record<Status, Tone>> = { AWAITING_APPROVAL: 'warning', COMPLETED: 'good', FAILED: 'bad' };

const columnsIn = (w: Words, language: string): readonly Column<ToolCallRowFragment>[] => [
  { id: 'at', title: w('calls.at'), cell: ({ calledAt }) => formatMoment(calledAt, language) },
  {
    id: 'tool',
    title: w('calls.tool'),
    cell: ({ tool, mcpServer, user }) => (
      <>
        {tool} {mcpServer === null ? null : <small>{mcpServer}</small>}
        <small>{user.email ?? user.id}</small>
      </>
    ),
  },
  {
    id: 'state',
    title: w('calls.state'),
    cell: ({ status, decision }) => (
      <>
        {status === 'RUNNING' ? null : <Badge tone={tones[status]}>{w(`calls.${status}`)}</Badge>}
        {decision === null ? null : <small>{w(`calls.${decision}`)}</small>}
      </>
    ),
  },
  {
    id: 'duration',
    title: w('calls.duration'),
    isNumber: true,
    cell: ({ durationMs }) => (durationMs === null ? '' : w('calls.milliseconds', { count: String(durationMs) })),
  },
  {
    id: 'size',
    title: w('calls.size'),
    isNumber: true,
    cell: ({ argumentBytes, resultBytes }) => `${argumentBytes} / ${resultBytes ?? ''}`,
  },
];

const useCalls = (status: Status | null, server: string | null) => {
  const client = useParlance();
  return usePages(
    useCallback(
      async (after: string | undefined) => {
        const filter = { status, mcpServer: server };
        const { toolCalls } = await client.query(ToolCallsDocument, { filter, after: after ?? null });
        const { edges, pageInfo } = toolCalls;
        const next = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
        return { rows: edges.map(({ node }) => node), next };
      },
      [client, status, server],
    ),
  );
};

export interface CallListProps {
  /** Names of the MCP servers that the list can be narrowed to. */
  readonly servers: readonly string[];
}

export const CallList = ({ servers }: CallListProps) => {
  const w = useWords();
  const language = useLanguage();
  const [status, setStatus] = useState<Status | null>(null);
  const [server, setServer] = useState<string | null>(null);
  const { rows, fault, hasMore, more, refetch } = useCalls(status, server);
  const changeStatus = ({ target }: ChangeEvent<HTMLSelectElement>) =>
    setStatus(statuses.find((known) => known === target.value) ?? null);
  const changeServer = ({ target }: ChangeEvent<HTMLSelectElement>) =>
    setServer(servers.find((known) => known === target.value) ?? null);
  const everything = { value: '', label: w('calls.all') };
  const states = [everything, ...statuses.map((value) => ({ value, label: w(`calls.${value}`) }))];
  const names = [everything, ...servers.map((value) => ({ value, label: value }))];
  return (
    <>
      <div className={styles['bar']}>
        <Select label={w('calls.state')} choices={states} value={status ?? ''} onChange={changeStatus} />
        <Select label={w('calls.server')} choices={names} value={server ?? ''} onChange={changeServer} />
        <Button onClick={() => void refetch()}>{w('calls.again')}</Button>
      </div>
      <FaultView fault={fault} retry={refetch} />
      <DataTable
        caption={w('calls.title')}
        columns={columnsIn(w, language)}
        rows={rows}
        keyOf={({ id }) => id}
        none={w('calls.none')}
      />
      {hasMore ? (
        <p>
          <Button onClick={() => void more()}>{w('page.more')}</Button>
        </p>
      ) : null}
    </>
  );
};
