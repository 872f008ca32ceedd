/**
 * The client of an application: one session, one connection for all streams. Close it when the user signs out; streams
 * that run then end.
 */
import { type Backoff, defaultBackoff } from './backoff.ts';
import { type ConversationChange, type ConversationNotices, followChanges } from './follow-changes.ts';
import { type FollowOptions, followMessage } from './follow-message.ts';
import {
  ConversationChangedDocument,
  type ConversationChangedSubscription,
  ConversationsChangedDocument,
  type ConversationsChangedSubscription,
} from './generated/graphql.ts';
import type { MessageView } from './message-view.ts';
import { createRequests, type Requests } from './requests.ts';
import { type SendOptions, type SentMessage, sendMessage } from './send-message.ts';
import { type Auth, createSession } from './session.ts';
import { stopGeneration } from './stop-generation.ts';
import type { EventTransport, StreamRequest } from './transports/event-transport.ts';
import { createEventsTransport } from './transports/events-transport.ts';
import { createFallbackTransport } from './transports/fallback-transport.ts';
import { createSocketTransport } from './transports/socket-transport.ts';

export interface ParlanceClientOptions {
  /** Of GraphQL over HTTP: https://host/graphql. */
  readonly url: string;
  readonly auth: Auth;
  /** Default: the url with wss: in place of https:. */
  readonly webSocketUrl?: string;
  /** `auto` prefers WebSocket and falls back to server-sent events where it does not get through. */
  readonly transport?: 'auto' | 'websocket' | 'events';
  readonly fetch?: typeof fetch;
  /** For Node below 22, which has no WebSocket: that of the package ws. Without one, streams go over events. */
  readonly webSocketImpl?: unknown;
  /** Between attempts. */
  readonly backoff?: Partial<Backoff>;
}

export interface FollowChangesOptions {
  /** Ends the following. */
  readonly signal?: AbortSignal;
}

export interface ParlanceClient extends Pick<Requests, 'query' | 'mutate' | 'urql'> {
  /** Sends, and gives the answer's stream at once. */
  send(options: SendOptions): SentMessage;
  /** The views of an answer up to its end; `afterSeq` and `text` go on from what is there. */
  followMessage(
    messageId: string,
    options?: Omit<FollowOptions, 'messageId' | 'isOnItsWay'>,
  ): AsyncIterableIterator<MessageView, undefined, undefined>;
  /** Changes of one conversation, on whichever device they were made; never ends by itself. */
  conversationChanged(conversationId: string, options?: FollowChangesOptions): ConversationNotices;
  /** Changes of any conversation of the user: for the list panel. */
  conversationsChanged(options?: FollowChangesOptions): ConversationNotices;
  /** Resolves when the wish is recorded; the answer's stream ends a moment later. */
  stop(messageId: string): Promise<void>;
  close(): void;
}

export const createParlanceClient = (options: ParlanceClientOptions): ParlanceClient => {
  const { url, transport: wanted = 'auto', webSocketImpl = globalThis.WebSocket } = options;
  const session = createSession(options.auth);
  // Not the function itself: a browser's fetch wants its window.
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const requests = createRequests({ url, session, fetch: send });

  const openTransport = (): EventTransport => {
    const events = createEventsTransport({ url, session, fetch: send });
    if (wanted === 'events' || webSocketImpl === undefined) return events;
    const webSocketUrl = options.webSocketUrl ?? url.replace(/^http/, 'ws');
    const socket = createSocketTransport({ url: webSocketUrl, session, webSocketImpl });
    return wanted === 'websocket' ? socket : createFallbackTransport(socket, events);
  };
  const transport = openTransport();
  const closing = new AbortController();
  const services = { requests, transport, backoff: { ...defaultBackoff, ...options.backoff } };
  const untilClosed = (signal: AbortSignal | undefined): AbortSignal =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;

  const changesOf = <Data>(
    request: StreamRequest,
    changeOf: (data: Data) => ConversationChange,
    signal: AbortSignal | undefined,
  ): ConversationNotices => followChanges({ ...services, request, changeOf, signal: untilClosed(signal) });

  return {
    urql: requests.urql,
    query: requests.query,
    mutate: requests.mutate,
    send: ({ signal, ...message }) => sendMessage(services, { ...message, signal: untilClosed(signal) }),
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
    stop: (messageId) => stopGeneration(services, messageId),
    close() {
      closing.abort();
      transport.close();
    },
  };
};
