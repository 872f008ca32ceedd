/**
 * One connection to an origin, for one request at a time. It reads into a buffer that all connections share, because each
 * piece is dealt with before the next is read: what a stream of its own would cost for each answer is more than the rest
 * of a small fetch. Invariant: a connection on which anything unforeseen happened is closed, and never used again.
 */
import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createHttpAnswerReader, type HttpAnswer } from './http-answer.ts';

/** Where connections lead. */
export interface Origin {
  readonly isEncrypted: boolean;
  readonly host: string;
  readonly port: number;
  /** Milliseconds within which a connection must stand. */
  readonly connectDeadlineMs: number;
  /** Bytes of an answer's body. */
  readonly maxResponseBytes: number;
}

/** Who waits for an answer. */
export interface Exchange {
  /** The request as it is sent. */
  readonly text: string;
  readonly encoding: 'latin1' | 'utf8';
  answered(answer: HttpAnswer): void;
  /** Called at most once, and not after `answered`. */
  failed(fault: Error): void;
}

export interface HttpConnection {
  send(exchange: Exchange): void;
  /** Whether it can take another request: it is open, idle, and its server does not give it up just now. */
  isUsable(): boolean;
  /** Fails what is under way. */
  destroy(fault: Error): void;
}

export interface HttpConnectionListener {
  /** The answer was whole, and the connection can take the next request. */
  onFree(connection: HttpConnection): void;
  /** Called once. */
  onClosed(connection: HttpConnection): void;
}

/** The connection was refused, or ended before the answer. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

export class ConnectionTimedOut extends Error {
  override readonly name = 'ConnectionTimedOut';
}

const sharedBuffer = Buffer.allocUnsafeSlow(256 * 1024);

export const openHttpConnection = (origin: Origin, listener: HttpConnectionListener): HttpConnection => {
  const { host, port, isEncrypted, connectDeadlineMs, maxResponseBytes } = origin;
  const reader = createHttpAnswerReader(maxResponseBytes);
  let exchange: Exchange | undefined;
  let usableUntil = 0;
  let isClosed = false;

  const close = (fault: Error): void => {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(connecting);
    socket.destroy();
    const waiting = exchange;
    exchange = undefined;
    listener.onClosed(connection);
    waiting?.failed(fault);
  };
  const finish = (answer: HttpAnswer): void => {
    const waiting = exchange;
    exchange = undefined;
    if (answer.keepAliveMs === 0) close(new ConnectionLost('the server ends the connection'));
    else {
      usableUntil = performance.now() + answer.keepAliveMs;
      listener.onFree(connection);
    }
    waiting?.answered(answer);
  };
  const read = (length: number): boolean => {
    if (!exchange) {
      close(new ConnectionLost('the server sent what nobody asked for'));
      return false;
    }
    try {
      const answer = reader.read(sharedBuffer.subarray(0, length));
      if (answer) finish(answer);
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
    // By its name a server with several certificates knows which one to show; an address is no name (RFC 6066, 3).
    const servername = isIP(host) === 0 ? { servername: host } : {};
    return connectTls({ ...options, ...servername }, () => clearTimeout(connecting));
  };
  const connecting = setTimeout(
    () => close(new ConnectionTimedOut(`no connection in ${connectDeadlineMs} ms`)),
    connectDeadlineMs,
  );
  const socket = open();
  socket.on('end', () => {
    const answer = exchange && reader.end();
    if (answer) finish(answer);
    else close(new ConnectionLost('the server closed the connection'));
  });
  socket.on('error', (cause) => close(new ConnectionLost('the connection failed', { cause })));
  socket.on('close', () => close(new ConnectionLost('the connection is closed')));

  const connection: HttpConnection = {
    send(next) {
      exchange = next;
      socket.write(next.text, next.encoding);
    },
    isUsable: () => !isClosed && !exchange && performance.now() < usableUntil,
    destroy: close,
  };
  return connection;
};
