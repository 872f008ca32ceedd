/** Searches messages as the user types. Each component has a search of its own. */
import { useEffect, useState } from 'react';
import { useStores } from './client-context.ts';
import type { MessageSearch, MessageSearchState } from './stores/message-search.ts';
import { useStore } from './use-store.ts';

export interface Search extends MessageSearchState, Pick<MessageSearch, 'loadMore'> {}

/** @param text as it is typed; empty for no search. */
export const useSearch = (text: string): Search => {
  const { createSearch } = useStores();
  const [search] = useState(createSearch);
  useEffect(() => search.search(text), [search, text]);
  return { ...useStore(search), loadMore: search.loadMore };
};
