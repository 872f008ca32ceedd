/**
 * Searches messages while the user types. Invariant: what is shown belongs to the latest text for which there is a
 * response, and a response never takes the place of a later one.
 */
import {
  type ParlanceClient,
  type ParlanceError,
  SearchMessagesDocument,
  type SearchMessagesQuery,
} from '@parlance/client';
import { createLoader } from './load.ts';
import { createSubject, type Observable } from './subject.ts';

export type MessageHit = SearchMessagesQuery['searchMessages']['edges'][number]['node'];

export interface MessageSearchState {
  /** The text to which the hits belong. */
  readonly text: string;
  /** Best first. Snippets have <mark> around the words; the rest of them is raw text, to be escaped. */
  readonly hits: readonly MessageHit[];
  readonly hasMore: boolean;
  /** Whether a later text, or the next page, is being searched. */
  readonly isSearching: boolean;
  readonly error: ParlanceError | undefined;
}

export interface MessageSearch extends Observable<MessageSearchState> {
  search(text: string): void;
  loadMore(): Promise<void>;
}

/** Milliseconds without a key stroke before the server is asked. */
const quietMs = 150;
const pageSize = 20;
/** The server's bound for a text. */
const maxLength = 200;

const nothing: MessageSearchState = { text: '', hits: [], hasMore: false, isSearching: false, error: undefined };

export const createMessageSearch = (client: ParlanceClient): MessageSearch => {
  const loader = createLoader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cursor: string | null = null;
  let wanted = '';

  const load = (text: string, after: string | null): Promise<void> =>
    loader.load({
      read: () => client.query(SearchMessagesDocument, { query: text, first: pageSize, after }),
      onValue({ searchMessages: { pageInfo, edges } }) {
        cursor = pageInfo.endCursor;
        const former = after === null ? [] : subject.getSnapshot().hits;
        const hits = [...former, ...edges.map(({ node }) => node)];
        subject.set({ text, hits, hasMore: pageInfo.hasNextPage, isSearching: false, error: undefined });
      },
      onFault: (error) => subject.set({ ...subject.getSnapshot(), isSearching: error.retryable, error }),
    });
  const cancel = (): void => {
    clearTimeout(timer);
    loader.cancel();
  };
  const start = (): void => {
    if (wanted === '') {
      subject.set(nothing);
      return;
    }
    subject.set({ ...subject.getSnapshot(), isSearching: true });
    const text = wanted;
    timer = setTimeout(() => void load(text, null), quietMs);
  };
  const subject = createSubject(nothing, {
    onWatched() {
      if (wanted !== subject.getSnapshot().text) start();
    },
    onUnwatched: cancel,
  });
  return {
    getSnapshot: subject.getSnapshot,
    subscribe: subject.subscribe,
    search(text) {
      const next = text.trim().slice(0, maxLength);
      if (next === wanted) return;
      wanted = next;
      cancel();
      if (subject.isWatched) start();
    },
    async loadMore() {
      const { text, hasMore, isSearching } = subject.getSnapshot();
      if (!hasMore || isSearching) return;
      subject.set({ ...subject.getSnapshot(), isSearching: true });
      await load(text, cursor);
    },
  };
};
