/** The collections that the reader may read, newest first, and the way to make one. */
import { type CollectionState, CollectionsDocument } from '@parlance/client';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../../design/button.tsx';
import { useRead } from '../../reads/use-read.ts';
import { useSession } from '../../session/session-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { TopBar } from '../frame/top-bar.tsx';
import { EmptyList } from '../listing/empty-list.tsx';
import listing from '../listing/listing.module.css';
import { PageBody } from '../listing/page-body.tsx';
import { PageButtons } from '../listing/page-buttons.tsx';
import { useFilledPage, usePager } from '../listing/use-pager.ts';
import { CollectionForm } from './collection-form.tsx';
import { factsOf } from './collection-words.ts';
import styles from './collections.module.css';

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
        <span className={listing['facts']}>{factsOf(collection, userId, t)}</span>
      </Link>
    </li>
  );
};

export const CollectionsPage = () => {
  const t = useTranslate();
  const [, navigate] = useLocation();
  const [isMaking, setMaking] = useState(false);
  const pager = usePager();
  const { data, fault, refetch } = useRead(CollectionsDocument, { first: pageSize, after: pager.after });
  const found = data?.collections;
  useFilledPage(pager, found);
  const make = () => setMaking(true);
  const close = () => setMaking(false);
  const open = (id: string) => navigate(`/collections/${id}`);
  return (
    <>
      <TopBar title={t('collections.title')} isBehind={false} />
      <PageBody fault={fault} refetch={refetch}>
        <div className={listing['actions']}>
          <Button look="main" icon="plus" onClick={make}>
            {t('collections.new')}
          </Button>
        </div>
        {found?.edges.length === 0 && pager.before === 0 ? (
          <EmptyList icon="collection" title={t('collections.none')} words={t('collections.intro')} />
        ) : null}
        <ul className={styles['cards']} aria-label={t('collections.title')} aria-busy={!found}>
          {found?.edges.map(({ node }) => (
            <CollectionRow key={node.id} collection={node} />
          ))}
        </ul>
        <PageButtons pager={pager} pageInfo={found?.pageInfo} />
      </PageBody>
      {isMaking ? <CollectionForm onSaved={open} onClose={close} /> : null}
    </>
  );
};
