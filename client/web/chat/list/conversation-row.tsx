/** One conversation of the list: where it leads, what it does at the moment, what can be done with it. */
import type { ConversationItem } from '@parlance/client';
import { memo, useState } from 'react';
import { Link } from 'wouter';
import { Menu, type MenuItem } from '../../design/menu.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './list.module.css';
import { RenameForm } from './rename-form.tsx';

export interface RowActions {
  rename(id: string, title: string): void;
  setPinned(id: string, pinned: boolean): void;
  setArchived(id: string, archived: boolean): void;
  /** Opens what shares and exports it. */
  transfer(id: string): void;
  remove(id: string): void;
}

interface StateProps {
  readonly isRunning: boolean;
  readonly isUnread: boolean;
}

const StateMark = ({ isRunning, isUnread }: StateProps) => {
  const t = useTranslate();
  if (isRunning) return <span className={styles['running']} role="img" aria-label={t('list.running')} />;
  return isUnread ? <span className={styles['unread']} role="img" aria-label={t('list.unread')} /> : null;
};

const useItems = ({ id, pinned, archived }: ConversationItem, actions: RowActions, rename: () => void): MenuItem[] => {
  const t = useTranslate();
  return [
    { label: t('list.rename'), icon: 'edit', onChoose: rename },
    { label: t(pinned ? 'list.unpin' : 'list.pin'), icon: 'pin', onChoose: () => actions.setPinned(id, !pinned) },
    {
      label: t(archived ? 'list.unarchive' : 'list.archive'),
      icon: 'archive',
      onChoose: () => actions.setArchived(id, !archived),
    },
    { label: t('list.transfer'), icon: 'out', onChoose: () => actions.transfer(id) },
    { label: t('list.delete'), icon: 'trash', isDanger: true, onChoose: () => actions.remove(id) },
  ];
};

export interface RowProps {
  readonly conversation: ConversationItem;
  readonly isChosen: boolean;
  readonly actions: RowActions;
}

export const ConversationRow = memo(({ conversation, isChosen, actions }: RowProps) => {
  const t = useTranslate();
  const [isRenaming, setRenaming] = useState(false);
  const items = useItems(conversation, actions, () => setRenaming(true));
  const { id, head, unread } = conversation;
  // What is open is being read.
  const isUnread = unread && !isChosen;
  const title = conversation.title ?? t('list.untitled');
  const endRename = (next: string | undefined) => {
    setRenaming(false);
    if (next !== undefined) actions.rename(id, next);
  };
  if (isRenaming) {
    return (
      <li className={styles['row']} data-chosen={isChosen}>
        <RenameForm title={conversation.title ?? ''} onEnd={endRename} />
      </li>
    );
  }
  return (
    <li className={styles['row']} data-chosen={isChosen} data-unread={isUnread}>
      <Link href={`/c/${id}`} className={styles['link']} aria-current={isChosen ? 'page' : undefined}>
        <StateMark isRunning={head?.status === 'STREAMING' || head?.status === 'QUEUED'} isUnread={isUnread} />
        <span className={styles['title']}>{title}</span>
      </Link>
      <span className={styles['menu']}>
        <Menu label={t('list.actions', { title })} items={items} />
      </span>
    </li>
  );
});
