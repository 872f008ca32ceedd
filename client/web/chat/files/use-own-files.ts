/** One page of the reader's files, narrowed by name and kind, and the storage that all of them take. */
import { type FileFilter, OwnFilesDocument, OwnStorageDocument } from '@parlance/client';
import { useCallback } from 'react';
import { useRead } from '../../reads/use-read.ts';
import { useFilledPage, usePager } from '../listing/use-pager.ts';

const pageSize = 50;

export const useOwnFiles = (filter: FileFilter) => {
  const pager = usePager();
  const list = useRead(OwnFilesDocument, { first: pageSize, after: pager.after, filter });
  const storage = useRead(OwnStorageDocument, {});
  const { refetch: readList } = list;
  const { refetch: readStorage } = storage;
  const refetch = useCallback(async () => {
    await Promise.all([readList(), readStorage()]);
  }, [readList, readStorage]);
  const page = list.data?.files;
  useFilledPage(pager, page);
  return {
    /** Undefined while they are read. */
    files: page?.edges.map(({ node }) => node),
    pageInfo: page?.pageInfo,
    storage: storage.data?.fileStorage,
    fault: list.fault ?? storage.fault,
    pager,
    refetch,
  };
};
