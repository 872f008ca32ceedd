/**
 * The collections that the replies of a chat draw on: what is chosen, and a button to choose. Invariant: one that is
 * chosen and cannot be read any more stays chosen, because it may be readable again.
 */
import { ConversationCollectionsDocument } from '@parlance/client';
import { lazy, Suspense, useEffect, useState } from 'react';
import hidden from '../../design/hidden.module.css';
import { Icon } from '../../design/icon.tsx';
import menuStyles from '../../design/menu.module.css';
import { ErrorBoundary } from '../../pages/error-boundary.tsx';
import { useRead } from '../../reads/use-read.ts';
import { useTranslate } from '../../translations/translation.ts';
import styles from './collection-choice.module.css';

const ChoiceDialog = lazy(async () => ({ default: (await import('./choice-dialog.tsx')).ChoiceDialog }));

export interface CollectionChoiceProps {
  readonly ids: readonly string[];
  /** Of the conversation that has them; undefined for a new one. */
  readonly conversationId: string | undefined;
  readonly onChoose: (ids: string[]) => void;
}

type Names = ReadonlyMap<string, string>;

/** Of those that may be read. What was chosen here is known already. */
const useNames = ({ ids, conversationId }: Omit<CollectionChoiceProps, 'onChoose'>, known: Names): Names => {
  const isOff = conversationId === undefined || ids.length === 0;
  const { data, refetch } = useRead(ConversationCollectionsDocument, { id: conversationId ?? '' }, { isOff });
  const names = new Map(known);
  for (const { id, name } of data?.conversation?.collections ?? []) names.set(id, name);
  const unknown = ids.filter((id) => !names.has(id)).join();
  const isRead = data !== undefined;
  useEffect(() => {
    // They were chosen on another device, or cannot be read.
    if (isRead && unknown !== '') void refetch();
  }, [isRead, unknown, refetch]);
  return names;
};

export const CollectionChoice = ({ ids, conversationId, onChoose }: CollectionChoiceProps) => {
  const t = useTranslate();
  const [isOpen, setOpen] = useState(false);
  const [known, setKnown] = useState<Names>(new Map());
  const names = useNames({ ids, conversationId }, known);
  const shown = ids.flatMap((id) => names.get(id) ?? []);
  const toggle = (id: string, name: string) => {
    setKnown(new Map(known).set(id, name));
    onChoose(ids.includes(id) ? ids.filter((chosen) => chosen !== id) : [...ids, id]);
  };
  const open = () => setOpen(true);
  const close = () => setOpen(false);
  const words = shown.length > 1 ? t('choice.several', { count: shown.length }) : (shown[0] ?? t('choice.none'));
  return (
    <>
      <button
        type="button"
        className={menuStyles['opener']}
        title={shown.length === 0 ? t('choice.label') : shown.join(', ')}
        aria-haspopup="dialog"
        data-chosen={shown.length > 0}
        onClick={open}
      >
        <Icon name="collection" size={15} />
        <span className={hidden['hidden']}>{t('choice.label')}: </span>
        <span className={styles['words']} dir="auto">
          {words}
        </span>
      </button>
      {isOpen ? (
        <ErrorBoundary fallback={null} resetKey="">
          <Suspense fallback={null}>
            <ChoiceDialog ids={ids} onToggle={toggle} onClose={close} />
          </Suspense>
        </ErrorBoundary>
      ) : null}
    </>
  );
};
