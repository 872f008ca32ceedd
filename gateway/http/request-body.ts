/**
 * Reads a request body up to a bound. What is beyond the bound, and the body of a sender who is refused, is thrown
 * away as it comes, so that the client can still read the answer; a client that does not stop is cut off, after so
 * many bytes or after a while.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#kernel/errors.ts';

const discardedAtMost = 64 * 1024 * 1024;
/** Milliseconds that a client has for a body that nobody wants. */
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

/** Throws PAYLOAD_TOO_LARGE, and the request's own error when the client breaks off. */
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
