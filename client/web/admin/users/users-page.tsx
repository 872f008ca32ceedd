/** The people and programs of the tenant: what they may do, what they do, and the way to change it. */
import { useParlance } from '@parlance/react';
import { useCallback, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { formatCount, formatMoment, formatUsd } from '../../formats/format.ts';
import { useChanges } from '../../reads/use-changes.ts';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { usePages } from '../api/use-pages.ts';
import {
  DeleteUserDocument,
  SetRoleDocument,
  SetUserActiveDocument,
  SetUserQuotaDocument,
  TenantUsageChangedDocument,
  UserActivityDocument,
  type UserRowFragment,
  UsersDocument,
} from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Badge } from '../parts/figures.tsx';
import { Page } from '../parts/page.tsx';
import { lastDays } from '../time/ranges.ts';
import { useWords, type Words } from '../translations/words.ts';
import { UserDialog } from './user-dialog.tsx';

interface Activity {
  readonly generations: number;
  readonly costUsd: string;
}

interface Given {
  readonly w: Words;
  readonly language: string;
  readonly activity: ReadonlyMap<string, Activity>;
  readonly open: (user: UserRowFragment) => void;
}

const nameOf = ({ email, id }: UserRowFragment): string => email ?? id;

const columnsIn = ({ w, language, activity, open }: Given): readonly Column<UserRowFragment>[] => [
  {
    id: 'user',
    title: w('users.user'),
    sortBy: nameOf,
    cell: (user) => (
      <>
        {nameOf(user)}{' '}
        {user.isActive ? null : <Badge tone="bad">{w(user.deletedAt ? 'users.isDeleted' : 'users.inactive')}</Badge>}
        <small>{w('users.since', { time: formatMoment(user.createdAt, language) })}</small>
      </>
    ),
  },
  {
    id: 'role',
    title: w('users.role'),
    sortBy: ({ role }) => role,
    cell: ({ role, assignedRole }) => (
      <>
        {assignedRole ?? role}
        {assignedRole === null ? null : <small>{w('users.assigned')}</small>}
      </>
    ),
  },
  {
    id: 'requests',
    title: w('users.requests'),
    isNumber: true,
    sortBy: ({ id }) => activity.get(id)?.generations ?? 0,
    cell: ({ id }) => formatCount(activity.get(id)?.generations ?? 0, language),
  },
  {
    id: 'cost',
    title: w('users.cost'),
    isNumber: true,
    sortBy: ({ id }) => Number(activity.get(id)?.costUsd ?? 0),
    cell: ({ id }) => formatUsd(activity.get(id)?.costUsd ?? '0', language),
  },
  {
    id: 'quota',
    title: w('users.tokensToday'),
    isNumber: true,
    sortBy: ({ quota }) => quota.day.usedTokens,
    cell: ({ quota }) =>
      w('users.usedOf', {
        used: formatCount(quota.day.usedTokens, language),
        limit: formatCount(quota.day.limitTokens, language),
      }),
  },
  {
    id: 'manage',
    title: w('actions'),
    cell: (user) => (
      <Button aria-label={w('users.manageOne', { name: nameOf(user) })} onClick={() => open(user)}>
        {w('users.manage')}
      </Button>
    ),
  },
];

const useUsers = () => {
  const client = useParlance();
  return usePages(
    useCallback(
      async (after: string | undefined) => {
        const { tenant } = await client.query(UsersDocument, { after: after ?? null });
        const { edges = [], pageInfo } = tenant.users ?? {};
        const next = pageInfo?.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
        return { rows: edges.map(({ node }) => node), next };
      },
      [client],
    ),
  );
};

export const UsersPage = () => {
  const w = useWords();
  const language = useLanguage();
  const { rows, fault, hasMore, more, refetch } = useUsers();
  const range = lastDays(new Date(), 30);
  const { data, fault: activityFault, refetch: refetchActivity } = useRead(UserActivityDocument, { range });
  useChanges(TenantUsageChangedDocument, {}, () => void refetchActivity());
  const [openId, setOpenId] = useState<string>();
  const activity = new Map(data?.usageReport.groups.map(({ key, totals }) => [key ?? '', totals]));
  const open = ({ id }: UserRowFragment) => setOpenId(id);
  const close = () => setOpenId(undefined);
  const chosen = rows?.find(({ id }) => id === openId);
  const columns = columnsIn({ w, language, activity, open });
  return (
    <Page
      title="users.title"
      intro={w('users.intro')}
      operations={[
        { document: UsersDocument, variables: { after: null } },
        { document: UserActivityDocument, variables: { range } },
        { document: TenantUsageChangedDocument },
        { document: SetRoleDocument },
        { document: SetUserActiveDocument },
        { document: DeleteUserDocument },
        { document: SetUserQuotaDocument },
      ]}
      fault={fault ?? activityFault}
      retry={refetch}
    >
      <DataTable
        caption={w('users.title')}
        columns={columns}
        rows={rows}
        keyOf={({ id }) => id}
        none={w('users.none')}
      />
      {hasMore ? (
        <p>
          <Button onClick={() => void more()}>{w('page.more')}</Button>
        </p>
      ) : null}
      {chosen ? <UserDialog user={chosen} name={nameOf(chosen)} onChanged={refetch} onClose={close} /> : null}
    </Page>
  );
};
