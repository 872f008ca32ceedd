/** Marks a conversation as read, on all devices, when its last reply stands in a page that somebody sees. */
import type { ConversationItem } from '@parlance/client';
import { useConversationActions } from '@parlance/react';
import { useEffect } from 'react';

export const useMarkRead = (conversation: Pick<ConversationItem, 'id' | 'unread'> | undefined): void => {
  const { markRead } = useConversationActions();
  const unreadId = conversation?.unread ? conversation.id : undefined;
  useEffect(() => {
    if (unreadId === undefined) return undefined;
    const mark = () => {
      // Where it fails, the mark stays, and the next look tries again.
      if (document.visibilityState === 'visible') markRead(unreadId).catch(() => undefined);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [unreadId, markRead]);
};
