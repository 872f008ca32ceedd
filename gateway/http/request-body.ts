/**
 * Reads a request body up to a limit. Bytes beyond the limit, and the body of a refused sender, are discarded as they
 * arrive, so that the client can still read the response. A client that keeps sending is disconnected after a number of
 * bytes or milliseconds.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#kernel/errors.ts';

const discardedAtMost = 64 * 1024 * 1024;
/** Milliseconds that a client has to finish a body that is discarded. */
const discardedWithinMs = 5000;

const tooLarge = (maxBytes: number): AppError =>
  new AppError('PAYLOAD_TOO_LARGE', `The request is larger than ${maxBytes} bytes. Send less.`, {
    details: { maxBytes },
  });

export const discardBody = (request: IncomingMessage): void => {
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > discardedAtMost) request.destroy();
  });
  if (request.complete) return;
  const timer = setTimeout(() => request.destroy(), discardedWithinMs);
  request.once('close', () => clearTimeout(timer));
};

/** Throws PAYLOAD_TOO_LARGE, or the request's own error when the client disconnects. */
export const readBody = (request: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    discardBody(request);
    return Promise.reject(tooLarge(maxBytes));
  }
  const chunks: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length <= maxBytes) {
      chunks.push(chunk);
      return;
    }
    request.off('data', onData);
    discardBody(request);
    reject(tooLarge(maxBytes));
  };
  request.on('data', onData);
  request.on('end', () => resolve(Buffer.concat(chunks)));
  request.on('error', reject);
  return promise;
};
