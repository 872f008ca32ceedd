/**
 * The client of an application: one session, and one connection for all streams. Close it when the user signs out;
 * running streams then end.
 */
import { type Attachment, type AttachOptions, attachFile, type FileChange } from './attach-file.ts';
import { type Backoff, defaultBackoff } from './backoff.ts';
import { type ConversationNotices, followChanges, type Notices } from './follow-changes.ts';
import { type FollowOptions, followMessage } from './follow-message.ts';
import {
  ConversationChangedDocument,
  type ConversationChangedSubscription,
  ConversationsChangedDocument,
  type ConversationsChangedSubscription,
  FileChangedDocument,
  type FileChangedSubscription,
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
import { createSseTransport, type SseTransportOptions } from './transports/sse-transport.ts';
import type { StreamRequest, StreamTransport } from './transports/transport.ts';

export interface ParlanceClientOptions {
  /** The address of GraphQL over HTTP: https://host/graphql, or /graphql in a page of the same origin. */
  readonly url: string;
  readonly auth: Auth;
  /** Default: `url` with wss: instead of https:. */
  readonly webSocketUrl?: string;
  /** `auto` prefers WebSocket and falls back to server-sent events where sockets are blocked. */
  readonly transport?: 'auto' | 'websocket' | 'events';
  readonly fetch?: typeof fetch;
  /**
   * Milliseconds after which a request without a response counts as a network fault, and is repeated where it may be.
   * Default: 40,000, which is more than a gateway takes.
   */
  readonly requestTimeoutMs?: number;
  /**
   * For Node below 22, which has no WebSocket: the one of the package ws. Without one, streams use server-sent events.
   */
  readonly webSocketImpl?: unknown;
  /**
   * Called once when the server refuses a credential that cannot be replaced: the session of a page, or a token that
   * was given as text. Streams then end with UNAUTHENTICATED. Call `signedIn` when the user has signed in again.
   */
  readonly onSignedOut?: () => void;
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
  /**
   * Uploads a file of the user, to be sent with a message by its id (`attachmentIds`). Needs a page that was loaded
   * over https, or from this machine.
   */
  attach(file: Blob, options?: AttachOptions): Attachment;
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
  /** The user has signed in again: what follows shows the new session, and `onSignedIn` is announced. */
  signedIn(): void;
  /** Calls the listener after each `signedIn`, to go on with what ended. Returns a function that leaves. */
  onSignedIn(listener: () => void): () => void;
  close(): void;
}

/** Absolute, as WebSocket needs it. */
const absolute = (url: string): string => {
  const page: { readonly location?: { readonly href: string } } = globalThis;
  return page.location ? new URL(url, page.location.href).href : url;
};

const openTransport = (
  { transport: wanted = 'auto', webSocketUrl, webSocketImpl = globalThis.WebSocket }: ParlanceClientOptions,
  options: SseTransportOptions,
): StreamTransport => {
  const sse = createSseTransport(options);
  if (wanted === 'events' || webSocketImpl === undefined) return sse;
  const url = webSocketUrl ?? options.url.replace(/^http/, 'ws');
  const socket = createSocketTransport({ url, session: options.session, webSocketImpl });
  return wanted === 'websocket' ? socket : createFallbackTransport(socket, sse);
};

export const createParlanceClient = (options: ParlanceClientOptions): ParlanceClient => {
  const url = absolute(options.url);
  const session = createSession(options.auth, options.onSignedOut);
  // A wrapper, because a browser's fetch must be called on its window.
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const requests = createRequests({ url, session, fetch: send, timeoutMs: options.requestTimeoutMs ?? 40_000 });
  const transport = openTransport(options, { url, session, fetch: send });
  const closing = new AbortController();
  const { isRenewable } = session;
  const services = { requests, transport, isRenewable, backoff: { ...defaultBackoff, ...options.backoff } };
  const signInListeners = new Set<() => void>();
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
    attach: (file, options) =>
      attachFile(
        {
          ...{ ...services, url, fetch: send },
          fileChanged: (id, signal) =>
            changesOf(
              { query: FileChangedDocument.toString(), variables: { id } },
              (data: FileChangedSubscription): FileChange => ({ kind: 'CHANGED', file: data.fileChanged }),
              signal,
            ),
        },
        file,
        options,
      ),
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
    signedIn() {
      session.renew();
      transport.reconnect();
      for (const listener of [...signInListeners]) listener();
    },
    onSignedIn(listener) {
      const own = (): void => listener();
      signInListeners.add(own);
      return () => void signInListeners.delete(own);
    },
    close() {
      closing.abort();
      transport.close();
    },
  };
};
