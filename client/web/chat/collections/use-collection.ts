/** A collection with one page of its documents. Both are read again whenever the server announces a change. */
import { CollectionChangedDocument, CollectionDocument, DocumentsDocument } from '@parlance/client';
import { useCallback, useEffect } from 'react';
import { useChanges } from '../../reads/use-changes.ts';
import { useRead } from '../../reads/use-read.ts';
import { usePager } from './use-pager.ts';

const pageSize = 50;

export const useCollection = (id: string) => {
  const pager = usePager();
  const { data, fault, refetch: readCollection } = useRead(CollectionDocument, { id });
  const documents = useRead(DocumentsDocument, { id, first: pageSize, after: pager.after });
  const { refetch: readDocuments } = documents;
  const refetch = useCallback(async () => {
    await Promise.all([readCollection(), readDocuments()]);
  }, [readCollection, readDocuments]);
  useChanges(CollectionChangedDocument, { id }, () => void refetch());
  const page = documents.data?.collection?.documents;
  // Its last document was removed.
  const isGone = page?.edges.length === 0 && pager.before > 0;
  const { back } = pager;
  useEffect(() => {
    if (isGone) back();
  }, [isGone, back]);
  return {
    /** Undefined while it is read, null where there is none that may be read. */
    collection: data?.collection,
    documents: page?.edges.map(({ node }) => node),
    pageInfo: page?.pageInfo,
    fault: fault ?? documents.fault,
    pager,
    refetch,
  };
};
