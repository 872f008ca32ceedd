/** Chooses collections for a chat, among all that the reader may read. Each choice counts at once. */
import { CollectionsDocument } from '@parlance/client';
import { type ChangeEvent, useId } from 'react';
import { Link } from 'wouter';
import { Alert } from '../../design/alert.tsx';
import { Button } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { useRead } from '../../reads/use-read.ts';
import { useSession } from '../../session/session-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import listing from '../listing/listing.module.css';
import { PageButtons } from '../listing/page-buttons.tsx';
import { useFilledPage, usePager } from '../listing/use-pager.ts';
import { factsOf } from './collection-words.ts';
import styles from './collections.module.css';

const pageSize = 50;
/** The server's bound for one conversation. */
const mostChosen = 20;

export interface ChoiceDialogProps {
  readonly ids: readonly string[];
  readonly onToggle: (id: string, name: string) => void;
  readonly onClose: () => void;
}

export const ChoiceDialog = ({ ids, onToggle, onClose }: ChoiceDialogProps) => {
  const t = useTranslate();
  const introId = useId();
  const userId = useSession()?.userId ?? '';
  const pager = usePager();
  const { data, fault, refetch } = useRead(CollectionsDocument, { first: pageSize, after: pager.after });
  useFilledPage(pager, data?.collections);
  const found = data?.collections.edges.map(({ node }) => node);
  const isFull = ids.length >= mostChosen;
  const retry = () => void refetch();
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const collection = found?.find(({ id }) => id === target.value);
    if (collection) onToggle(collection.id, collection.name);
  };
  return (
    <Dialog title={t('choice.title')} closeLabel={t('close')} onClose={onClose}>
      <p id={introId} className={listing['soft']}>
        {t(found?.length === 0 ? 'collections.intro' : 'choice.intro')}
      </p>
      {fault ? (
        <Alert words={describeFault(fault, t).words}>
          <Button onClick={retry}>{t('fault.retry')}</Button>
        </Alert>
      ) : null}
      <fieldset className={styles['choices']} aria-label={t('choice.label')} aria-describedby={introId}>
        {found?.map((collection) => (
          <label key={collection.id} className={styles['choice']}>
            <input
              type="checkbox"
              className={styles['box']}
              value={collection.id}
              checked={ids.includes(collection.id)}
              disabled={isFull && !ids.includes(collection.id)}
              onChange={change}
            />
            <span>
              <span dir="auto">{collection.name}</span>
              <span className={listing['facts']}>{factsOf(collection, userId, t)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {isFull ? <p role="status">{t('choice.most', { most: mostChosen })}</p> : null}
      <PageButtons pager={pager} pageInfo={data?.collections.pageInfo} />
      <p>
        <Link href="/collections" className={styles['link']}>
          {t('choice.manage')}
        </Link>
      </p>
    </Dialog>
  );
};
