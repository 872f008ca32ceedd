/** The collections that the reader may read, newest first, and the way to make one. */
import { type CollectionState, CollectionsDocument } from '@parlance/client';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Alert } from '../../design/alert.tsx';
import { Button } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { useRead } from '../../reads/use-read.ts';
import { useSession } from '../../session/session-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { TopBar } from '../frame/top-bar.tsx';
import { CollectionForm } from './collection-form.tsx';
import { factsOf } from './collection-words.ts';
import styles from './collections.module.css';
import { PageButtons } from './page-buttons.tsx';
import { usePager } from './use-pager.ts';

const pageSize = 50;

const CollectionRow = ({ collection }: { readonly collection: CollectionState }) => {
  const t = useTranslate();
  const userId = useSession()?.userId ?? '';
  const { id, name, description } = collection;
  return (
    <li>
      <Link href={`/collections/${id}`} className={styles['card']}>
        <strong dir="auto">{name}</strong>
        {description === null ? null : <span dir="auto">{description}</span>}
        <span className={styles['facts']}>{factsOf(collection, userId, t)}</span>
      </Link>
    </li>
  );
};

/** In place of a list without collections: what they are for. */
const NoCollections = () => {
  const t = useTranslate();
  return (
    <div className={styles['empty']}>
      <Icon name="collection" size={32} />
      <h2>{t('collections.none')}</h2>
      <p>{t('collections.intro')}</p>
    </div>
  );
};

export const CollectionsPage = () => {
  const t = useTranslate();
  const [, navigate] = useLocation();
  const [isMaking, setMaking] = useState(false);
  const pager = usePager();
  const { data, fault, refetch } = useRead(CollectionsDocument, { first: pageSize, after: pager.after });
  const found = data?.collections;
  const retry = () => void refetch();
  const make = () => setMaking(true);
  const close = () => setMaking(false);
  const open = (id: string) => navigate(`/collections/${id}`);
  return (
    <>
      <TopBar title={t('collections.title')} isBehind={false} />
      <div className={styles['page']}>
        <div className={styles['content']}>
          <div className={styles['actions']}>
            <Button look="main" icon="plus" onClick={make}>
              {t('collections.new')}
            </Button>
          </div>
          {fault ? (
            <Alert words={describeFault(fault, t).words}>
              <Button onClick={retry}>{t('fault.retry')}</Button>
            </Alert>
          ) : null}
          {found?.edges.length === 0 && pager.before === 0 ? <NoCollections /> : null}
          <ul className={styles['cards']} aria-label={t('collections.title')} aria-busy={!found}>
            {found?.edges.map(({ node }) => (
              <CollectionRow key={node.id} collection={node} />
            ))}
          </ul>
          <PageButtons pager={pager} pageInfo={found?.pageInfo} />
        </div>
      </div>
      {isMaking ? <CollectionForm onSaved={open} onClose={close} /> : null}
    </>
  );
};
