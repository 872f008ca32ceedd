/**
 * A client's stream as the body of an HTTP response that stays open: the head is sent at once, then events as they
 * arrive, and keep-alives between them so that no intermediary considers the connection idle. A loss is never a clean
 * end: the body reports it, or the connection is aborted.
 */
import type { ServerResponse } from 'node:http';
import type { StreamFormat } from '#kernel/result-streams/stream-format.ts';
import type { KeepAlive } from '../limits/keep-alive.ts';
import { type ClientStream, highWaterBytes } from '../subscriptions/client-stream.ts';

export interface HttpStream extends ClientStream {
  /** Breaks the connection, so that the client connects again. */
  abort(): void;
}

export interface HttpStreamOptions {
  readonly response: ServerResponse;
  readonly format: StreamFormat;
  readonly keepAlive: KeepAlive;
  /** Called once, in the same tick, however the stream ends. */
  onEnd(): void;
}

const headersOf = (format: StreamFormat): Readonly<Record<string, string>> => ({
  'content-type': format.contentType,
  'cache-control': 'no-cache, no-transform',
  // Keeps nginx from buffering the response.
  'x-accel-buffering': 'no',
});

export const createHttpStream = ({ response, format, keepAlive, onEnd }: HttpStreamOptions): HttpStream => {
  const { pingEveryMs, idleTimeoutMs } = keepAlive;
  const tcp = response.socket;
  let ended = false;
  let closed = false;
  let aliveAt = Date.now();
  let readBefore = 0;
  const end = (): void => {
    if (ended) return;
    ended = true;
    onEnd();
  };
  const finish = (last: string): void => {
    if (ended) return;
    response.end(last);
    end();
  };

  const ping = (): void => {
    const read = (tcp?.bytesWritten ?? 0) - (tcp?.writableLength ?? 0);
    if (read !== readBefore || response.writableLength === 0) aliveAt = Date.now();
    readBefore = read;
    if (Date.now() - aliveAt >= idleTimeoutMs) response.destroy();
    else if (!ended) response.write(format.keepAlive);
  };
  const pings = setInterval(ping, pingEveryMs);
  response.once('close', () => {
    closed = true;
    clearInterval(pings);
    end();
  });
  response.writeHead(200, headersOf(format));
  response.write(format.head);

  return {
    next(payload, cursor) {
      if (ended) return true;
      if (response.writableLength > highWaterBytes) return false;
      response.write(format.next(payload, cursor));
      return true;
    },
    error: (errors) => finish(format.failure(errors)),
    complete: () => finish(format.completion),
    async drained() {
      while (!closed && response.writableLength > highWaterBytes / 2) {
        const { promise, resolve } = Promise.withResolvers<void>();
        response.once('drain', resolve);
        response.once('close', resolve);
        await promise;
        response.off('drain', resolve);
        response.off('close', resolve);
      }
    },
    abort() {
      end();
      response.destroy();
    },
  };
};
