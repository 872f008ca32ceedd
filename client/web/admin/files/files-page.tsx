/** What the files of each user take, and which files could not be read. Names and contents stay with their owners. */
import { useParlance } from '@parlance/react';
import { useCallback } from 'react';
import { titleOfFileFailure, wordsOfFileFailure } from '../../faults/file-failure.ts';
import { formatBytes, formatCount, formatMoment } from '../../formats/format.ts';
import { type Translate, useLanguage, useTranslate } from '../../translations/translation.ts';
import { pageOf } from '../api/page-of.ts';
import { usePages } from '../api/use-pages.ts';
import {
  type FailedFileFragment,
  FailedFilesDocument,
  FileStorageDocument,
  type StorageRowFragment,
} from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { MoreButton } from '../parts/more-button.tsx';
import { Page } from '../parts/page.tsx';
import { useWords, type Words } from '../translations/words.ts';

const storageColumns = (w: Words, language: string): readonly Column<StorageRowFragment>[] => [
  { id: 'user', title: w('users.user'), cell: ({ user }) => user.email ?? user.id },
  { id: 'files', title: w('files.count'), isNumber: true, cell: ({ files }) => formatCount(files, language) },
  {
    id: 'bytes',
    title: w('files.bytes'),
    isNumber: true,
    cell: ({ bytes, maxBytes }) =>
      w('users.usedOf', { used: formatBytes(bytes, language), limit: formatBytes(maxBytes, language) }),
  },
];

const failedColumns = (w: Words, t: Translate, language: string): readonly Column<FailedFileFragment>[] => [
  { id: 'time', title: w('files.time'), cell: ({ createdAt }) => (createdAt ? formatMoment(createdAt, language) : '') },
  { id: 'user', title: w('users.user'), cell: ({ owner }) => owner?.email ?? owner?.id ?? '' },
  { id: 'type', title: w('files.type'), cell: ({ mediaType }) => mediaType },
  { id: 'bytes', title: w('files.bytes'), isNumber: true, cell: ({ byteSize }) => formatBytes(byteSize, language) },
  {
    id: 'failure',
    title: w('files.failure'),
    cell: ({ failure }) =>
      failure ? (
        <>
          {titleOfFileFailure(failure.code, t)}
          <small>{wordsOfFileFailure(failure, t, language)}</small>
        </>
      ) : null,
  },
];

const useStorage = () => {
  const client = useParlance();
  return usePages(
    useCallback(
      async (after: string | undefined) =>
        pageOf((await client.query(FileStorageDocument, { after: after ?? null })).fileStorageByUser),
      [client],
    ),
  );
};

const useFailedFiles = () => {
  const client = useParlance();
  return usePages(
    useCallback(
      async (after: string | undefined) =>
        pageOf((await client.query(FailedFilesDocument, { after: after ?? null })).files),
      [client],
    ),
  );
};

export const FilesPage = () => {
  const w = useWords();
  const t = useTranslate();
  const language = useLanguage();
  const storage = useStorage();
  const failed = useFailedFiles();
  const retry = async () => {
    await Promise.all([storage.refetch(), failed.refetch()]);
  };
  return (
    <Page
      title="files.title"
      intro={w('files.intro')}
      operations={[
        { document: FileStorageDocument, variables: { after: null } },
        { document: FailedFilesDocument, variables: { after: null } },
      ]}
      fault={storage.fault ?? failed.fault}
      retry={retry}
    >
      <DataTable
        caption={w('files.storage')}
        columns={storageColumns(w, language)}
        rows={storage.rows}
        keyOf={({ user }) => user.id}
        none={w('files.none')}
      />
      <MoreButton hasMore={storage.hasMore} more={storage.more} />
      <DataTable
        caption={w('files.failed')}
        columns={failedColumns(w, t, language)}
        rows={failed.rows}
        keyOf={({ id }) => id}
        none={w('files.noneFailed')}
      />
      <MoreButton hasMore={failed.hasMore} more={failed.more} />
    </Page>
  );
};
