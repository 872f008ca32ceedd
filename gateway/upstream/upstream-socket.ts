/**
 * One graphql-transport-ws connection to a subgraph that carries many subscriptions. Whenever it ends, for whatever
 * reason, all its subscriptions receive `lost` and are forgotten: resuming is up to their owners. The first
 * subscription opens it. Once lost, it reopens by itself, after a pause with jitter that grows while the subgraph stays
 * down, so that the gateway knows when the subgraph responds again. The socket is never paused: it has no flow control
 * per subscription, so a slow reader must end its subscription instead.
 */
import type { GraphQLFormattedError } from 'graphql';
import { backoffMs } from '#kernel/connections/backoff.ts';
import type { Logger } from '#kernel/log.ts';
import { upstreamLosses } from '../observation/metrics.ts';
import { parseNextFrame } from './next-message.ts';
import { openUpstreamLink, type UpstreamLink } from './upstream-link.ts';
import { parseUpstreamMessage, type UpstreamMessage } from './upstream-message.ts';

export interface UpstreamListener {
  /** Bytes of one execution result. */
  next(payload: Buffer): void;
  error(errors: readonly GraphQLFormattedError[]): void;
  complete(): void;
  /** The connection ended, or could not be opened. @param started whether the subscription was sent to the subgraph. */
  lost(started: boolean, sourceIsUnavailable?: boolean): void;
}

export interface UpstreamRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface UpstreamSocket extends AsyncDisposable {
  /**
   * Starts at once, or when the connection is established. Returns a function that ends the subscription in the same
   * tick.
   */
  subscribe(request: UpstreamRequest, listener: UpstreamListener): () => void;
  /** True from the loss of a connection until the subgraph has acknowledged another one: it may be frozen, or gone. */
  readonly isUnavailable: boolean;
}

export interface UpstreamSocketOptions {
  /** ws: or wss: URL. */
  readonly url: string;
  /** Bearer header of the gateway itself, for ConnectionInit. */
  authorization(): Promise<string>;
  readonly timing?: UpstreamTiming;
  readonly logger: Logger;
}

export interface UpstreamTiming {
  /** Milliseconds from opening to ConnectionAck. Default 3,000. */
  readonly ackDeadlineMs?: number;
  /**
   * Milliseconds between pings. A connection on which nothing arrives from one ping to the next is closed. Default
   * 2,000.
   */
  readonly pingEveryMs?: number;
}

const defaultTiming = { ackDeadlineMs: 3000, pingEveryMs: 2000 };

interface Subscription {
  readonly message: string;
  readonly listener: UpstreamListener;
}

type SubscriptionMessage = Extract<UpstreamMessage, { readonly id: string }>;

const deliver = (message: SubscriptionMessage, subscriptions: Map<number, Subscription>): void => {
  const id = Number(message.id);
  const listener = subscriptions.get(id)?.listener;
  if (message.type === 'next') {
    listener?.next(Buffer.from(JSON.stringify(message.payload)));
    return;
  }
  subscriptions.delete(id);
  if (message.type === 'error') listener?.error(message.payload);
  else listener?.complete();
};

export const createUpstreamSocket = (options: UpstreamSocketOptions): UpstreamSocket => {
  const { url, logger } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const subscriptions = new Map<number, Subscription>();
  let link: UpstreamLink | undefined;
  let acknowledged = false;
  let pause: NodeJS.Timeout | undefined;
  let failures = 0;
  let lastId = 0;
  let closed = false;

  const onAck = (): void => {
    acknowledged = true;
    failures = 0;
    link?.acknowledged();
    for (const { message } of subscriptions.values()) link?.send(message);
  };

  const onFrame = (frame: Buffer): void => {
    const next = parseNextFrame(frame);
    if (next) {
      subscriptions.get(next.id)?.listener.next(next.payload);
      return;
    }
    const message = parseUpstreamMessage(frame);
    if (message.type === 'connection_ack') {
      onAck();
      return;
    }
    if (message.type === 'ping') link?.send('{"type":"pong"}');
    else if (message.type !== 'pong') deliver(message, subscriptions);
  };

  /** @param sourceIsUnavailable whether the subgraph responds but cannot reach the source of its streams. */
  const loseAll = (sourceIsUnavailable: boolean): void => {
    const lost = [...subscriptions.values()];
    const started = acknowledged;
    acknowledged = false;
    subscriptions.clear();
    for (const { listener } of lost) listener.lost(started, sourceIsUnavailable);
  };

  const onEnd = (code: number, sourceIsUnavailable: boolean): void => {
    link = undefined;
    failures += 1;
    if (!closed) {
      upstreamLosses.add({});
      const level = failures === 1 ? 'info' : 'debug';
      logger[level]({ url, code, subscriptions: subscriptions.size }, 'connection to a subgraph ended');
    }
    loseAll(sourceIsUnavailable);
    ensureConnected();
  };

  const connect = (): void => {
    pause = undefined;
    link = openUpstreamLink({ ...options, ...timing, isKnownDown: () => failures > 0, onFrame, onEnd });
  };

  const ensureConnected = (): void => {
    if (link || pause || closed) return;
    if (failures === 0) connect();
    else pause = setTimeout(connect, backoffMs(failures));
  };

  return {
    subscribe(request, listener) {
      lastId += 1;
      const id = lastId;
      const message = JSON.stringify({ id: String(id), type: 'subscribe', payload: request });
      subscriptions.set(id, { message, listener });
      if (acknowledged) link?.send(message);
      else ensureConnected();
      return () => {
        if (subscriptions.delete(id) && acknowledged) link?.send(`{"id":"${id}","type":"complete"}`);
      };
    },
    get isUnavailable() {
      return failures > 0;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(pause);
      if (link) await link.close();
      else loseAll(false);
    },
  };
};
