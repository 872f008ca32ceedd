/** Hooks of conversations: the list, one of them, and what can be done to them. */
import type { ConversationFilter } from '@parlance/client';
import { useStores } from './client-context.ts';
import type { ConversationState } from './stores/conversation.ts';
import type { ConversationActions } from './stores/conversation-actions.ts';
import type { ConversationList, ConversationListState } from './stores/conversation-list.ts';
import { useStore } from './use-store.ts';

export interface UseConversationsOptions {
  /** Which conversations; default: those that are neither archived nor deleted. */
  readonly filter?: ConversationFilter | undefined;
  /** Part of the title, in any case. */
  readonly search?: string | undefined;
  /** Conversations of a page, 1 to 200. Default: 30. */
  readonly pageSize?: number | undefined;
}

export interface Conversations
  extends ConversationListState,
    ConversationActions,
    Pick<ConversationList, 'loadMore' | 'refetch'> {}

const none: ConversationFilter = {};

/** The user's conversations, newest change first, live on all devices. */
export const useConversations = ({
  filter = none,
  search,
  pageSize = 30,
}: UseConversationsOptions = {}): Conversations => {
  const { actions, list } = useStores();
  const store = list(search ? { ...filter, titleContains: search } : filter, pageSize);
  const { loadMore, refetch } = store;
  return { ...useStore(store), ...actions, loadMore, refetch };
};

/** One conversation with its settings, live on all devices. */
export const useConversation = (id: string): ConversationState => useStore(useStores().conversation(id));

/** What can be done to conversations, for components that show none. The functions stay the same. */
export const useConversationActions = (): ConversationActions => useStores().actions;
