/** Runs in the page: a chat of the hooks alone, which the tests drive by `chat` and read from the document. */
import { createParlanceClient } from '@parlance/client';
import { memo, type ReactNode, StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import {
  type Conversations,
  type LiveTimeline,
  ParlanceProvider,
  type Search,
  type Send,
  type TimelineEntry,
  type UseConversationsOptions,
  useConversation,
  useConversations,
  useModels,
  useQuota,
  useReply,
  useSearch,
  useSend,
  useStartConversation,
  useTimeline,
  useViewer,
} from './index.ts';

export interface ChatOptions {
  readonly url: string;
  readonly token: string;
  /** Shows its timeline. */
  readonly conversationId?: string | undefined;
  /** Shows the list. */
  readonly list?: UseConversationsOptions | undefined;
  /** Shows what is found. */
  readonly search?: string | undefined;
  /** Shows this reply by itself. */
  readonly replyId?: string | undefined;
  readonly account?: boolean | undefined;
}

interface Chat {
  list?: Conversations;
  timeline?: LiveTimeline;
  send?: Send;
  search?: Search;
  start?: ReturnType<typeof useStartConversation>;
  /** In place of the token of the page, for a user who signs in again. */
  token?: string;
  signedIn?: () => void;
  /** How often the row of each message was rendered, by its text at the end of its first line. */
  readonly renders: Record<string, number>;
  /** The texts of the last message, as React put them into the page. */
  readonly texts: string[];
}

declare global {
  var chat: Chat;
  /** Renders the chat with other options; the same client for the same token. */
  var showChat: (options: ChatOptions) => void;
  var leaveChat: () => void;
}

globalThis.chat = { renders: {}, texts: [] };

const Row = memo(({ entry }: { readonly entry: TimelineEntry }): ReactNode => {
  useEffect(() => {
    chat.renders[entry.key] = (chat.renders[entry.key] ?? 0) + 1;
  });
  const { role, status, content, siblingIds, id = '', isPending, isInterrupted, usage } = entry;
  return (
    <li
      data-id={id}
      data-role={role}
      data-status={status}
      data-place={`${siblingIds.indexOf(id) + 1}/${siblingIds.length}`}
      data-pending={isPending}
      data-interrupted={isInterrupted}
      data-cost={usage?.costUsd}
    >
      {content}
    </li>
  );
});

const Timeline = ({ conversationId }: { readonly conversationId: string }): ReactNode => {
  const timeline = useTimeline(conversationId);
  const send = useSend(conversationId);
  const { conversation } = useConversation(conversationId);
  const last = timeline.messages.at(-1)?.content ?? '';
  useEffect(() => {
    chat.timeline = timeline;
    chat.send = send;
  });
  useEffect(() => void chat.texts.push(last), [last]);
  return (
    <>
      <h1 id="title" data-instructions={conversation?.systemPrompt ?? ''}>
        {conversation?.title}
      </h1>
      <ol id="timeline" data-state={timeline.status} data-older={timeline.hasOlder} data-error={timeline.error?.code}>
        {timeline.messages.map((entry) => (
          <Row key={entry.key} entry={entry} />
        ))}
      </ol>
      <ul id="unsent">
        {send.unsent.map(({ idempotencyKey, content, error }) => (
          <li key={idempotencyKey} data-code={error?.code}>
            {content}
          </li>
        ))}
      </ul>
    </>
  );
};

const List = ({ options }: { readonly options: UseConversationsOptions }): ReactNode => {
  const list = useConversations(options);
  useEffect(() => {
    chat.list = list;
  });
  return (
    <ul id="list" data-state={list.status} data-more={list.hasMore}>
      {list.conversations.map(({ id, title, head, pinned }) => (
        <li key={id} data-id={id} data-head={head?.status} data-pinned={pinned}>
          {title}
        </li>
      ))}
    </ul>
  );
};

const Found = ({ text }: { readonly text: string }): ReactNode => {
  const search = useSearch(text);
  useEffect(() => {
    chat.search = search;
  });
  return (
    <ul id="found" data-text={search.text}>
      {search.hits.map(({ message, snippet }) => (
        <li key={message.id}>{snippet}</li>
      ))}
    </ul>
  );
};

const Reply = ({ messageId }: { readonly messageId: string }): ReactNode => {
  const { view, error } = useReply(messageId);
  return (
    <p id="reply" data-status={view?.status} data-error={error?.code}>
      {view?.text}
    </p>
  );
};

const Account = (): ReactNode => {
  const { value: quota } = useQuota();
  const { value: models } = useModels();
  const { value: account } = useViewer();
  return (
    <p id="account" data-used={quota?.day.usedTokens} data-models={models?.length}>
      {account?.viewer.email}
    </p>
  );
};

const App = ({ conversationId, list, search, replyId, account }: ChatOptions): ReactNode => {
  const start = useStartConversation();
  useEffect(() => {
    chat.start = start;
  });
  return (
    <>
      {list ? <List options={list} /> : undefined}
      {conversationId ? <Timeline conversationId={conversationId} /> : undefined}
      {search === undefined ? undefined : <Found text={search} />}
      {replyId ? <Reply messageId={replyId} /> : undefined}
      {account ? <Account /> : undefined}
    </>
  );
};

const storage = {
  get: (key: string) => localStorage.getItem(key),
  set: (key: string, value: string) => localStorage.setItem(key, value),
  remove: (key: string) => localStorage.removeItem(key),
};
const clients = new Map<string, ReturnType<typeof createParlanceClient>>();
const root = createRoot(document.body);

/** In strict mode, as applications are developed: React mounts, unmounts and mounts again. */
globalThis.showChat = (options) => {
  const { url, token } = options;
  const backoff = { firstMs: 50, longestMs: 500 };
  const client = clients.get(token) ?? createParlanceClient({ url, auth: async () => chat.token ?? token, backoff });
  chat.signedIn = client.signedIn;
  clients.set(token, client);
  root.render(
    <StrictMode>
      <ParlanceProvider client={client} storage={storage}>
        <App {...options} />
      </ParlanceProvider>
    </StrictMode>,
  );
};
globalThis.leaveChat = () => root.render(undefined);
