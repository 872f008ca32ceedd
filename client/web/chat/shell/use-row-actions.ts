/** What the list does with a conversation: each says what happened where it cannot be seen, and how to undo it. */
import { useConversationActions } from '@parlance/react';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useNotify } from '../../notices/notify-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import type { RowActions } from '../list/conversation-row.tsx';

/** @param transfer opens what shares and exports a conversation; always the same function */
export const useRowActions = (chosenId: string | undefined, transfer: RowActions['transfer']): RowActions => {
  const t = useTranslate();
  const notify = useNotify();
  const { rename, setPinned, setArchived, remove, restore } = useConversationActions();
  const [, navigate] = useLocation();
  return useMemo(() => {
    const sayFailed = () => notify({ words: t('action.failed') });
    const leave = (id: string) => {
      if (id === chosenId) navigate('/');
    };
    return {
      transfer,
      rename: (id, title) => void rename(id, title).catch(sayFailed),
      setPinned: (id, pinned) => void setPinned(id, pinned).catch(sayFailed),
      setArchived: (id, archived) => {
        void setArchived(id, archived).catch(sayFailed);
        const undo = () => void setArchived(id, !archived).catch(sayFailed);
        notify({ words: t(archived ? 'list.archived' : 'list.unarchived'), action: { label: t('undo'), run: undo } });
      },
      remove: (id) => {
        leave(id);
        void remove(id).catch(sayFailed);
        const undo = () => {
          void restore(id).catch(sayFailed);
          if (id === chosenId) navigate(`/c/${id}`);
        };
        notify({ words: t('list.deleted'), action: { label: t('undo'), run: undo } });
      },
    };
  }, [t, notify, rename, setPinned, setArchived, remove, restore, navigate, chosenId, transfer]);
};
