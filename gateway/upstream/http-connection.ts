/**
 * One connection to an origin, for one request at a time. All connections read into one shared buffer, because each
 * piece is processed before the next is read: a stream of its own for each response would cost more than the rest of a
 * small fetch. Invariant: a connection on which anything unexpected happened is closed and never used again.
 */
import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createHttpResponseReader, type HttpResponse } from './http-response.ts';

/** The server that connections lead to. */
export interface Origin {
  readonly isEncrypted: boolean;
  readonly host: string;
  readonly port: number;
  /** Milliseconds within which a connection must be established. */
  readonly connectDeadlineMs: number;
  /** Bytes of a response's body. */
  readonly maxResponseBytes: number;
}

/** A request, and what receives its response. */
export interface PendingRequest {
  /** The request as it is sent. */
  readonly text: string;
  readonly encoding: 'latin1' | 'utf8';
  onResponse(response: HttpResponse): void;
  /** Called at most once, and not after `onResponse`. */
  onFailure(fault: Error): void;
}

export interface HttpConnection {
  send(pending: PendingRequest): void;
  /** Whether it can take another request: it is open and idle, and its server is not about to close it. */
  isUsable(): boolean;
  /** Fails the request under way. */
  destroy(fault: Error): void;
}

export interface HttpConnectionListener {
  /** The response was complete, and the connection can take the next request. */
  onFree(connection: HttpConnection): void;
  /** Called once. */
  onClosed(connection: HttpConnection): void;
}

/** The connection was refused, or ended before the response. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export class ConnectionTimedOut extends Error {
  override readonly name = 'ConnectionTimedOut';
}

const sharedBuffer = Buffer.allocUnsafeSlow(256 * 1024);

export const openHttpConnection = (origin: Origin, listener: HttpConnectionListener): HttpConnection => {
  const { host, port, isEncrypted, connectDeadlineMs, maxResponseBytes } = origin;
  const reader = createHttpResponseReader(maxResponseBytes);
  let pending: PendingRequest | undefined;
  let usableUntil = 0;
  let isClosed = false;

  const close = (fault: Error): void => {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(connecting);
    socket.destroy();
    const waiting = pending;
    pending = undefined;
    listener.onClosed(connection);
    waiting?.onFailure(fault);
  };
  const finish = (response: HttpResponse): void => {
    const waiting = pending;
    pending = undefined;
    if (response.keepAliveMs === 0) close(new ConnectionLost('the server closes the connection'));
    else {
      usableUntil = performance.now() + response.keepAliveMs;
      listener.onFree(connection);
    }
    waiting?.onResponse(response);
  };
  const read = (length: number): boolean => {
    if (!pending) {
      close(new ConnectionLost('the server sent unexpected bytes'));
      return false;
    }
    try {
      const response = reader.read(sharedBuffer.subarray(0, length));
      if (response) finish(response);
    } catch (fault) {
      close(fault instanceof Error ? fault : new Error(String(fault)));
    }
    return true;
  };

  const options: TcpNetConnectOpts = {
    host,
    port,
    noDelay: true,
    keepAlive: true,
    onread: { buffer: sharedBuffer, callback: read },
  };
  const open = (): Socket => {
    if (!isEncrypted) return connect(options, () => clearTimeout(connecting));
    // A server with several certificates selects one by this name; an address is not a valid name (RFC 6066, 3).
    const servername = isIP(host) === 0 ? { servername: host } : {};
    return connectTls({ ...options, ...servername }, () => clearTimeout(connecting));
  };
  const connecting = setTimeout(
    () => close(new ConnectionTimedOut(`no connection in ${connectDeadlineMs} ms`)),
    connectDeadlineMs,
  );
  const socket = open();
  socket.on('end', () => {
    const response = pending && reader.end();
    if (response) finish(response);
    else close(new ConnectionLost('the server closed the connection'));
  });
  socket.on('error', (cause) => close(new ConnectionLost('the connection failed', { cause })));
  socket.on('close', () => close(new ConnectionLost('the connection is closed')));

  const connection: HttpConnection = {
    send(next) {
      pending = next;
      socket.write(next.text, next.encoding);
    },
    isUsable: () => !isClosed && !pending && performance.now() < usableUntil,
    destroy: close,
  };
  return connection;
};
