/** Where a user is signed in, and the keys of the user's programs. */
import { useParlance } from '@parlance/react';
import { formatMoment } from '../../formats/format.ts';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { useAction } from '../api/use-action.ts';
import {
  EndUserSessionDocument,
  RevokeUserKeyDocument,
  UserAccessDocument,
  type UserAccessQuery,
} from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Badge } from '../parts/figures.tsx';
import { Section } from '../parts/page.tsx';
import { useWords, type Words } from '../translations/words.ts';

type Session = UserAccessQuery['sessions'][number];
type Key = UserAccessQuery['apiKeys']['edges'][number]['node'];

interface Given {
  readonly w: Words;
  readonly language: string;
  readonly isRunning: boolean;
  readonly act: (id: string) => void;
}

const mostShown = 80;

const sessionColumns = ({ w, language, isRunning, act }: Given): readonly Column<Session>[] => [
  {
    id: 'device',
    title: w('sessions.device'),
    cell: ({ userAgent, address }) => (
      <>
        {userAgent.slice(0, mostShown) || '–'}
        <small>{address}</small>
      </>
    ),
  },
  { id: 'used', title: w('sessions.used'), cell: ({ lastUsedAt }) => formatMoment(lastUsedAt, language) },
  {
    id: 'end',
    title: w('actions'),
    cell: ({ id, current }) =>
      current ? (
        w('sessions.current')
      ) : (
        <ConfirmButton
          label={w('sessions.end')}
          question={w('sessions.endSure')}
          consequence={w('sessions.endMore')}
          isDisabled={isRunning}
          act={() => act(id)}
        />
      ),
  },
];

/** Why a key is not valid any more; undefined where it is. */
const endOf = ({ revokedAt, expiresAt }: Key): 'revoked' | 'expired' | undefined => {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : undefined;
};

const keyColumns = ({ w, language, isRunning, act }: Given): readonly Column<Key>[] => [
  {
    id: 'name',
    title: w('keys.name'),
    sortBy: ({ name }) => name,
    cell: ({ name, prefix }) => (
      <>
        {name}
        <small>{prefix}…</small>
      </>
    ),
  },
  { id: 'rights', title: w('keys.rights'), cell: ({ roles, scopes }) => [...roles, ...scopes].join(', ') },
  {
    id: 'used',
    title: w('keys.used'),
    sortBy: ({ lastUsedAt }) => lastUsedAt ?? '',
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? '–' : formatMoment(lastUsedAt, language)),
  },
  {
    id: 'revoke',
    title: w('actions'),
    cell: (key) => {
      const end = endOf(key);
      if (end) return <Badge>{w(`keys.${end}`)}</Badge>;
      return (
        <ConfirmButton
          label={w('keys.revoke')}
          name={w('keys.revokeOne', { name: key.name })}
          question={w('keys.revokeSure', { name: key.name })}
          consequence={w('keys.revokeMore')}
          isDisabled={isRunning}
          act={() => act(key.id)}
        />
      );
    },
  },
];

export const UserAccess = ({ userId }: { readonly userId: string }) => {
  const w = useWords();
  const language = useLanguage();
  const client = useParlance();
  const { data, fault, refetch } = useRead(UserAccessDocument, { userId });
  const { isRunning, fault: refused, run } = useAction();
  const endSession = (id: string) =>
    void run(async () => {
      await client.mutate(EndUserSessionDocument, { id });
      await refetch();
    }, w('sessions.ended'));
  const revoke = (id: string) =>
    void run(async () => {
      await client.mutate(RevokeUserKeyDocument, { id });
      await refetch();
    }, w('keys.wasRevoked'));
  const given = { w, language, isRunning };
  return (
    <>
      <FaultView fault={refused ?? fault} retry={refetch} />
      <Section title={w('sessions.title')}>
        <DataTable
          caption={w('sessions.title')}
          columns={sessionColumns({ ...given, act: endSession })}
          rows={data?.sessions}
          keyOf={({ id }) => id}
          none={w('sessions.none')}
        />
      </Section>
      <Section title={w('keys.title')}>
        <DataTable
          caption={w('keys.title')}
          columns={keyColumns({ ...given, act: revoke })}
          rows={data?.apiKeys.edges.map(({ node }) => node)}
          keyOf={({ id }) => id}
          none={w('keys.none')}
        />
      </Section>
    </>
  );
};
