/**
 * Subscriptions over one WebSocket (graphql-transport-ws), which opens with the first one and closes a moment after the
 * last. Pings detect a silent socket, which is then given up.
 */
import { type Client, createClient } from 'graphql-ws/client';
import { signedOut } from '../errors.ts';
import type { Credential, Session } from '../session.ts';
import {
  isSignInFault,
  type StreamRequest,
  type StreamSink,
  type StreamTransport,
  withoutReason,
} from './transport.ts';

export interface SocketTransportOptions {
  /** ws: or wss: */
  readonly url: string;
  readonly session: Session;
  /** Where there is no global WebSocket. */
  readonly webSocketImpl?: unknown;
}

/** Milliseconds within which the server has to acknowledge a connection. */
const connectTimeoutMs = 8000;
const pingEveryMs = 12_000;
const pongTimeoutMs = 6000;
/**
 * Milliseconds for which an unused socket is kept for the next subscription: in a page until the next message,
 * elsewhere briefly, because a program cannot end before.
 */
const keepUnused = () => ('document' in globalThis ? 60_000 : 500);
/** Close codes for a token that is missing, expired or invalid. */
const signInCodes: readonly unknown[] = [4401, 4403];

const closeCodeOf = (cause: unknown): unknown =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;

interface SocketClient {
  readonly client: Client;
  readonly isConnected: boolean;
  /** The server refused the credential of the connection. */
  refuseCredential(): void;
}

/** A client that terminates a socket whose pings get no pong. */
const openClient = ({ url, session, webSocketImpl }: SocketTransportOptions): SocketClient => {
  let credential: Credential | undefined;
  let isConnected = false;
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const client: Client = createClient({
    url,
    webSocketImpl,
    retryAttempts: 0,
    lazyCloseTimeout: keepUnused(),
    keepAlive: pingEveryMs,
    connectionAckWaitTimeout: connectTimeoutMs,
    connectionParams: async () => {
      credential = await session.credential();
      return credential.connectionParams;
    },
    on: {
      connected: () => {
        isConnected = true;
      },
      closed: () => {
        isConnected = false;
        clearTimeout(pongTimer);
      },
      ping: (received) => {
        if (!received) pongTimer = setTimeout(() => client.terminate(), pongTimeoutMs);
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimer);
      },
    },
  });
  return {
    client,
    get isConnected() {
      return isConnected;
    },
    refuseCredential() {
      if (credential) session.refuse(credential);
    },
  };
};

/** Reports the fault that ended a subscription. */
const report = <Data>(
  { client, refuseCredential }: SocketClient,
  cause: unknown,
  reached: boolean,
  sink: StreamSink<Data>,
): void => {
  if (Array.isArray(cause)) {
    const error = cause[0] ?? withoutReason;
    if (isSignInFault(error)) {
      refuseCredential();
      client.terminate();
    }
    sink.refused(error);
    return;
  }
  if (signInCodes.includes(closeCodeOf(cause))) {
    refuseCredential();
    sink.refused(signedOut);
    return;
  }
  sink.lost(cause, reached);
};

export const createSocketTransport = (options: SocketTransportOptions): StreamTransport => {
  const socket = openClient(options);
  const { client } = socket;
  return {
    open<Data>({ query, variables }: StreamRequest, sink: StreamSink<Data>) {
      let isOver = false;
      let reached = socket.isConnected;
      const timer = setTimeout(() => client.terminate(), connectTimeoutMs);
      const arrive = (): void => {
        reached = true;
        clearTimeout(timer);
        if (!isOver) sink.reached?.();
      };
      if (reached) arrive();
      const forget = client.on('connected', arrive);
      const finish = (): boolean => {
        if (isOver) return false;
        isOver = true;
        clearTimeout(timer);
        forget();
        return true;
      };
      const leave = client.subscribe<Data>(
        { query, variables },
        {
          next: ({ data, errors }) => {
            if (!isOver) sink.next({ data, errors });
          },
          error: (cause) => {
            if (finish()) report(socket, cause, reached, sink);
          },
          complete: () => {
            if (finish()) sink.complete();
          },
        },
      );
      return () => {
        if (finish()) leave();
      };
    },
    reconnect: () => client.terminate(),
    close: () => void client.dispose(),
  };
};
