/**
 * The client of an application: one session, and one connection for all streams. Close it when the user signs out;
 * running streams then end.
 */
import { type Backoff, defaultBackoff } from './backoff.ts';
import { type ConversationNotices, followChanges, type Notices } from './follow-changes.ts';
import { type FollowOptions, followMessage } from './follow-message.ts';
import {
  ConversationChangedDocument,
  type ConversationChangedSubscription,
  ConversationsChangedDocument,
  type ConversationsChangedSubscription,
  QuotaChangedDocument,
  type QuotaChangedSubscription,
  type QuotaStateFragment,
  type TypedDocumentString,
} from './generated/graphql.ts';
import type { MessageView } from './message-view.ts';
import { createRequests, type Requests } from './requests.ts';
import {
  type EditOptions,
  editMessage,
  type RegenerateOptions,
  regenerateMessage,
  type SendOptions,
  type SentMessage,
  sendMessage,
} from './send-message.ts';
import { type Auth, createSession } from './session.ts';
import type { StartedTurn } from './start-turn.ts';
import { stopGeneration } from './stop-generation.ts';
import { createFallbackTransport } from './transports/fallback-transport.ts';
import { createSocketTransport } from './transports/socket-transport.ts';
import { createSseTransport } from './transports/sse-transport.ts';
import type { StreamRequest, StreamTransport } from './transports/transport.ts';

export interface ParlanceClientOptions {
  /** The address of GraphQL over HTTP: https://host/graphql. */
  readonly url: string;
  readonly auth: Auth;
  /** Default: `url` with wss: instead of https:. */
  readonly webSocketUrl?: string;
  /** `auto` prefers WebSocket and falls back to server-sent events where sockets are blocked. */
  readonly transport?: 'auto' | 'websocket' | 'events';
  readonly fetch?: typeof fetch;
  /**
   * For Node below 22, which has no WebSocket: the one of the package ws. Without one, streams use server-sent events.
   */
  readonly webSocketImpl?: unknown;
  /** The wait between attempts. */
  readonly backoff?: Partial<Backoff>;
}

export interface FollowChangesOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

export interface QuotaChange {
  readonly kind: 'CHANGED';
  readonly quota: QuotaStateFragment;
}

export interface Change<Data> {
  readonly kind: 'CHANGED';
  /** The event, as the subscription selects it. */
  readonly data: Data;
}

export interface ParlanceClient extends Pick<Requests, 'query' | 'read' | 'mutate' | 'urql'> {
  /** Sends a message, and returns the stream of its reply at once. */
  send(options: SendOptions): SentMessage;
  /** Asks a question in other words, on a branch of its own. */
  edit(options: EditOptions): StartedTurn;
  /** Starts another reply to the same question. */
  regenerate(options: RegenerateOptions): StartedTurn;
  /** The views of a reply up to its end. With `afterSeq` and `text` they continue from there. */
  followMessage(
    messageId: string,
    options?: Omit<FollowOptions, 'messageId' | 'isBeingSent'>,
  ): AsyncIterableIterator<MessageView, undefined, undefined>;
  /** Changes of one conversation, on any device; never ends by itself. */
  conversationChanged(conversationId: string, options?: FollowChangesOptions): ConversationNotices;
  /** Changes of any conversation of the user, for a list of conversations. */
  conversationsChanged(options?: FollowChangesOptions): ConversationNotices;
  /** The user's quota whenever it changed; never ends by itself. */
  quotaChanged(options?: FollowChangesOptions): Notices<QuotaChange>;
  /**
   * The events of a subscription of your own that announces changes, such as `moderationCaseOpened`; never ends by
   * itself.
   */
  changes<Data, Variables extends Readonly<Record<string, unknown>>>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
    options?: FollowChangesOptions,
  ): Notices<Change<Data>>;
  /** Resolves when the request to stop is recorded; the stream of the reply ends a moment later. */
  stop(messageId: string): Promise<void>;
  close(): void;
}

export const createParlanceClient = (options: ParlanceClientOptions): ParlanceClient => {
  const { url, transport: wanted = 'auto', webSocketImpl = globalThis.WebSocket } = options;
  const session = createSession(options.auth);
  // A wrapper, because a browser's fetch must be called on its window.
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const requests = createRequests({ url, session, fetch: send });

  const openTransport = (): StreamTransport => {
    const sse = createSseTransport({ url, session, fetch: send });
    if (wanted === 'events' || webSocketImpl === undefined) return sse;
    const webSocketUrl = options.webSocketUrl ?? url.replace(/^http/, 'ws');
    const socket = createSocketTransport({ url: webSocketUrl, session, webSocketImpl });
    return wanted === 'websocket' ? socket : createFallbackTransport(socket, sse);
  };
  const transport = openTransport();
  const closing = new AbortController();
  const services = { requests, transport, backoff: { ...defaultBackoff, ...options.backoff } };
  const untilClosed = (signal: AbortSignal | undefined): AbortSignal =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;

  const changesOf = <Data, Change>(
    request: StreamRequest,
    changeOf: (data: Data) => Change,
    signal: AbortSignal | undefined,
  ): Notices<Change> => followChanges({ ...services, request, changeOf, signal: untilClosed(signal) });

  return {
    urql: requests.urql,
    query: requests.query,
    read: requests.read,
    mutate: requests.mutate,
    send: ({ signal, ...message }) => sendMessage(services, { ...message, signal: untilClosed(signal) }),
    edit: ({ signal, ...message }) => editMessage(services, { ...message, signal: untilClosed(signal) }),
    regenerate: ({ signal, ...message }) => regenerateMessage(services, { ...message, signal: untilClosed(signal) }),
    followMessage: (messageId, { signal, ...start } = {}) =>
      followMessage(services, { ...start, messageId, signal: untilClosed(signal) }),
    conversationChanged: (conversationId, { signal } = {}) =>
      changesOf(
        { query: ConversationChangedDocument.toString(), variables: { conversationId } },
        (data: ConversationChangedSubscription) => data.conversationChanged,
        signal,
      ),
    conversationsChanged: ({ signal } = {}) =>
      changesOf(
        { query: ConversationsChangedDocument.toString(), variables: {} },
        (data: ConversationsChangedSubscription) => data.conversationsChanged,
        signal,
      ),
    quotaChanged: ({ signal } = {}) =>
      changesOf(
        { query: QuotaChangedDocument.toString(), variables: {} },
        (data: QuotaChangedSubscription): QuotaChange => ({ kind: 'CHANGED', quota: data.quotaChanged }),
        signal,
      ),
    changes: <Data, Variables extends Readonly<Record<string, unknown>>>(
      document: TypedDocumentString<Data, Variables>,
      variables: Variables,
      { signal }: FollowChangesOptions = {},
    ) =>
      changesOf(
        { query: document.toString(), variables },
        (data: Data): Change<Data> => ({ kind: 'CHANGED', data }),
        signal,
      ),
    stop: (messageId) => stopGeneration(services, messageId),
    close() {
      closing.abort();
      transport.close();
    },
  };
};
