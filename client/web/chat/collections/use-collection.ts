/**
 * A collection with one page of its documents and, for those who may change it, its index. All of it is read again
 * whenever the server announces a change.
 */
import {
  CollectionChangedDocument,
  CollectionDocument,
  CollectionIndexDocument,
  DocumentsDocument,
} from '@parlance/client';
import { useCallback } from 'react';
import { useChanges } from '../../reads/use-changes.ts';
import { useRead } from '../../reads/use-read.ts';
import { useSession } from '../../session/session-context.ts';
import { useFilledPage, usePager } from '../listing/use-pager.ts';
import { mayChange } from './collection-access.ts';

const pageSize = 50;

export const useCollection = (id: string) => {
  const session = useSession();
  const pager = usePager();
  const { data, fault, refetch: readCollection } = useRead(CollectionDocument, { id });
  const documents = useRead(DocumentsDocument, { id, first: pageSize, after: pager.after });
  const { refetch: readDocuments } = documents;
  const collection = data?.collection;
  const isOffered = collection ? mayChange(session, collection) : false;
  const index = useRead(CollectionIndexDocument, { id }, { isOff: !isOffered });
  const { refetch: readIndex } = index;
  const refetch = useCallback(async () => {
    await Promise.all([readCollection(), readDocuments(), isOffered ? readIndex() : undefined]);
  }, [readCollection, readDocuments, readIndex, isOffered]);
  useChanges(CollectionChangedDocument, { id }, () => void refetch());
  const page = documents.data?.collection?.documents;
  useFilledPage(pager, page);
  return {
    /** Undefined while it is read, null where there is none that may be read. */
    collection,
    /** Whether the reader may change it. */
    isOffered,
    documents: page?.edges.map(({ node }) => node),
    pageInfo: page?.pageInfo,
    index: index.data,
    fault: fault ?? documents.fault,
    pager,
    refetch,
  };
};
