/**
 * A list of conversations: as many pages as were asked for, live on all devices. Invariant: no conversation appears
 * twice, each is as the newest state of it that arrived, and the order is the server's.
 */
import {
  type ConversationFilter,
  type ConversationItem,
  ConversationsDocument,
  type ConversationsQuery,
  type ParlanceClient,
  type ParlanceError,
} from '@parlance/client';
import type { ChangeHub, HubNotice } from './change-hub.ts';
import type { Patches } from './conversation-actions.ts';
import { createLoader } from './load.ts';
import { createSubject, type Observable } from './subject.ts';

export interface ConversationListState {
  /** `loading` until the first page is there; then `ready`. `failed`: there is none, and `error` says why. */
  readonly status: 'loading' | 'ready' | 'failed';
  /** The newest change first. Objects stay the same while a conversation does. */
  readonly conversations: readonly ConversationItem[];
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  /** Why what is shown may be out of date, or undefined. */
  readonly error: ParlanceError | undefined;
}

export interface ConversationList extends Observable<ConversationListState> {
  readonly isWatched: boolean;
  /** The next page. Without effect while one is being loaded, or where there is none. */
  loadMore(): Promise<void>;
  /** Reads again what is shown. */
  refetch(): Promise<void>;
}

export interface ConversationListOptions {
  readonly client: ParlanceClient;
  readonly hub: ChangeHub;
  readonly patches: Patches;
  readonly filter: ConversationFilter;
  /** Conversations of a page. */
  readonly pageSize: number;
}

/** The server's bound for a page. */
const maxPage = 200;

const initialState: ConversationListState = {
  status: 'loading',
  conversations: [],
  hasMore: false,
  isLoadingMore: false,
  error: undefined,
};

const isSame = (one: ConversationItem, other: ConversationItem): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** As the server sorts: the newest change first. */
const byChange = (one: ConversationItem, other: ConversationItem): number => {
  if (one.updatedAt !== other.updatedAt) return one.updatedAt < other.updatedAt ? 1 : -1;
  return one.id < other.id ? 1 : -1;
};

/** Whether the server's list with this filter has the conversation. */
const matches = ({ archived, deleted, pinned, titleContains }: ConversationFilter, item: ConversationItem): boolean =>
  item.archived === (archived ?? false) &&
  (item.deletedAt !== null) === (deleted ?? false) &&
  (pinned === undefined || pinned === null || item.pinned === pinned) &&
  (!titleContains || (item.title ?? '').toLowerCase().includes(titleContains.toLowerCase()));

/** The conversations that were read, and where the list goes on. */
const createHeld = () => {
  let items = new Map<string, ConversationItem>();
  let endCursor: string | null = null;
  let hasMore = false;
  /** The oldest change that was read: what is older belongs to a later page. */
  let floor = '';
  /** Those that changed while a page was being read, which may show their former state. */
  let changed = new Set<string>();

  const put = (item: ConversationItem): void => {
    const held = items.get(item.id);
    if (held && (held.updatedAt > item.updatedAt || isSame(held, item))) return;
    items.set(item.id, item);
  };
  const takePage = ({ pageInfo, edges }: ConversationsQuery['conversations']): void => {
    for (const { node } of edges) put(node);
    endCursor = pageInfo.endCursor ?? endCursor;
    hasMore = pageInfo.hasNextPage;
    floor = hasMore ? (edges.at(-1)?.node.updatedAt ?? floor) : '';
  };
  return {
    get endCursor() {
      return endCursor;
    },
    get hasMore() {
      return hasMore;
    },
    get size() {
      return items.size;
    },
    items: (): ConversationItem[] => [...items.values()],
    beginReading(): void {
      changed = new Set();
    },
    takePage,
    /** In place of all that is held. */
    replace(page: ConversationsQuery['conversations']): void {
      const former = items;
      const onPage = new Set(page.edges.map(({ node }) => node.id));
      items = new Map([...former].filter(([id]) => onPage.has(id) || changed.has(id)));
      takePage(page);
    },
    change(item: ConversationItem): void {
      changed.add(item.id);
      if (items.has(item.id) || item.updatedAt >= floor) put(item);
    },
  };
};

export const createConversationList = (options: ConversationListOptions): ConversationList => {
  const { client, hub, patches, filter, pageSize } = options;
  const held = createHeld();
  const refetching = createLoader();
  const more = createLoader();
  /** Of all conversations, when everything was read. */
  let version: string | undefined;
  let leave: (() => void) | undefined;

  const show = (change: Partial<ConversationListState> = {}): void => {
    const conversations = held
      .items()
      .map(patches.apply)
      .filter((item) => matches(filter, item))
      .sort(byChange);
    subject.set({ ...subject.getSnapshot(), hasMore: held.hasMore, ...change, conversations });
  };
  const refetch = (): Promise<void> => {
    more.cancel();
    if (subject.getSnapshot().isLoadingMore) show({ isLoadingMore: false });
    held.beginReading();
    const first = Math.min(maxPage, Math.max(pageSize, held.size));
    const reading = hub.versionOf();
    return refetching.load({
      read: () => client.query(ConversationsDocument, { filter, first }),
      onValue: ({ conversations }) => {
        version = reading;
        held.replace(conversations);
        show({ status: 'ready', error: undefined, isLoadingMore: false });
      },
      onFault: (error) => {
        const { status } = subject.getSnapshot();
        show({ status: status === 'ready' || error.retryable ? status : 'failed', error });
      },
    });
  };
  const take = (notice: HubNotice): void => {
    if (notice.kind === 'MISSED') void refetch();
    else if (notice.kind === 'ENDED') show({ error: notice.error });
    else if (notice.conversation) {
      if (!refetching.isLoading) version = hub.versionOf();
      held.change(notice.conversation);
      show();
    }
  };

  const subject = createSubject(initialState, {
    onWatched() {
      const leaveHub = hub.listen(take);
      const leavePatches = patches.listen(() => show());
      leave = () => {
        leaveHub();
        leavePatches();
      };
      if (version !== hub.versionOf()) void refetch();
    },
    onUnwatched() {
      leave?.();
      refetching.cancel();
      more.cancel();
      show({ isLoadingMore: false });
    },
  });
  return {
    getSnapshot: subject.getSnapshot,
    subscribe: subject.subscribe,
    get isWatched() {
      return subject.isWatched;
    },
    refetch,
    async loadMore() {
      if (more.isLoading || refetching.isLoading || !held.hasMore) return;
      show({ isLoadingMore: true });
      held.beginReading();
      await more.load({
        read: () => client.query(ConversationsDocument, { filter, first: pageSize, after: held.endCursor }),
        onValue: ({ conversations }) => {
          held.takePage(conversations);
          show({ isLoadingMore: false, error: undefined });
        },
        onFault: (error) => show({ isLoadingMore: error.retryable, error }),
      });
    },
  };
};
