/** One collection: what it is, and its documents with their states, live. Render it with the collection as its key. */
import { AddDocumentsDocument, type CollectionQuery, type DocumentState } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import buttonStyles from '../../design/button.module.css';
import { Button } from '../../design/button.tsx';
import { wordsOfRefusal } from '../../faults/describe-fault.ts';
import { useNotify } from '../../notices/notify-context.ts';
import { NoticePage } from '../../pages/notice-page.tsx';
import { useSession } from '../../session/session-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { TopBar } from '../frame/top-bar.tsx';
import listing from '../listing/listing.module.css';
import { PageBody } from '../listing/page-body.tsx';
import { PageButtons } from '../listing/page-buttons.tsx';
import { useAttempt } from '../transfer/use-attempt.ts';
import { AddDocuments } from './add-documents.tsx';
import { CollectionForm } from './collection-form.tsx';
import { CollectionIndex } from './collection-index.tsx';
import { factsOf } from './collection-words.ts';
import { DeleteCollection } from './delete-collection.tsx';
import { DocumentRow } from './document-row.tsx';
import { RemoveDocument } from './remove-document.tsx';
import { useCollection } from './use-collection.ts';

type Collection = NonNullable<CollectionQuery['collection']>;

const NoCollection = () => {
  const t = useTranslate();
  return (
    <NoticePage title={t('collections.missing')} text={t('collections.missingMore')} isPart>
      <Link href="/collections" className={buttonStyles['button']} data-look="main">
        {t('collections.all')}
      </Link>
    </NoticePage>
  );
};

interface HeadProps {
  readonly collection: Collection;
  readonly isOffered: boolean;
  readonly refetch: () => Promise<void>;
}

const CollectionHead = ({ collection, isOffered, refetch }: HeadProps) => {
  const t = useTranslate();
  const notify = useNotify();
  const [, navigate] = useLocation();
  const [dialog, setDialog] = useState<'change' | 'delete'>();
  const userId = useSession()?.userId ?? '';
  const open = (which: 'change' | 'delete') => () => setDialog(which);
  const close = () => setDialog(undefined);
  const saved = () => {
    close();
    void refetch();
  };
  const leave = () => {
    notify({ words: t('collections.deleted', { name: collection.name }) });
    navigate('/collections');
  };
  return (
    <>
      {collection.description === null ? null : <p dir="auto">{collection.description}</p>}
      <p className={listing['facts']}>{factsOf(collection, userId, t)}</p>
      {isOffered ? (
        <div className={listing['actions']}>
          <Button icon="edit" onClick={open('change')}>
            {t('collections.change')}
          </Button>
          <Button icon="trash" look="danger" onClick={open('delete')}>
            {t('collections.delete')}
          </Button>
        </div>
      ) : (
        <p className={listing['facts']}>{t('collections.readOnly')}</p>
      )}
      {dialog === 'change' ? <CollectionForm collection={collection} onSaved={saved} onClose={close} /> : null}
      {dialog === 'delete' ? <DeleteCollection collection={collection} onDeleted={leave} onClose={close} /> : null}
    </>
  );
};

type ListProps = Omit<HeadProps, 'collection'> & {
  readonly collectionId: string;
  readonly documents: readonly DocumentState[] | undefined;
};

const DocumentList = ({ collectionId, documents, isOffered, refetch }: ListProps) => {
  const t = useTranslate();
  const client = useParlance();
  const [attempt, fault] = useAttempt();
  const [removed, setRemoved] = useState<DocumentState>();
  const close = () => setRemoved(undefined);
  const done = () => {
    close();
    void refetch();
  };
  // Adding a document again is another try.
  const retry = (fileId: string) =>
    void attempt(() => client.mutate(AddDocumentsDocument, { collectionId, fileIds: [fileId] })).then(refetch);
  return (
    <>
      {fault ? <p role="alert">{wordsOfRefusal(fault, t)}</p> : null}
      {documents?.length === 0 ? (
        <p className={listing['soft']}>{t(isOffered ? 'documents.none' : 'documents.noneYet')}</p>
      ) : null}
      <ul className={listing['rows']} aria-label={t('documents.label')} aria-busy={!documents}>
        {documents?.map((document) => (
          <DocumentRow
            key={document.file.id}
            document={document}
            isOffered={isOffered}
            onRemove={setRemoved}
            onRetry={retry}
          />
        ))}
      </ul>
      {removed ? (
        <RemoveDocument collectionId={collectionId} document={removed} onRemoved={done} onClose={close} />
      ) : null}
    </>
  );
};

export const CollectionPage = ({ id }: { readonly id: string }) => {
  const t = useTranslate();
  const { collection, isOffered, documents, pageInfo, index, fault, pager, refetch } = useCollection(id);
  if (collection === null && !fault) return <NoCollection />;
  // Not before it is known what the reader may do with them.
  const shown = collection ? documents : undefined;
  const list: ReactNode = (
    <>
      <DocumentList collectionId={id} documents={shown} isOffered={isOffered} refetch={refetch} />
      <PageButtons pager={pager} pageInfo={pageInfo} />
    </>
  );
  return (
    <>
      <TopBar title={collection?.name ?? ''} isBehind={false}>
        <Link href="/collections" className={buttonStyles['button']}>
          {t('collections.all')}
        </Link>
      </TopBar>
      <PageBody fault={fault} refetch={refetch}>
        {collection ? <CollectionHead collection={collection} isOffered={isOffered} refetch={refetch} /> : null}
        {isOffered ? (
          <AddDocuments collectionId={id} onAdded={refetch}>
            {list}
          </AddDocuments>
        ) : (
          list
        )}
        {isOffered && index?.collection ? (
          <CollectionIndex index={index.collection} models={index.embeddingModels} refetch={refetch} />
        ) : null}
      </PageBody>
    </>
  );
};
