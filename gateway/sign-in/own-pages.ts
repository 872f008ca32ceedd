/**
 * Decides whether the cookie of a request counts, so that pages of others cannot act for whoever visits them (CSRF,
 * cross-site WebSocket hijacking). It counts where the browser says that our own page sent the request; and, except
 * for streams, which change nothing, where the request has a header that no other page can set.
 */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#kernel/errors.ts';

/** Pages set it to 1. */
const sessionHeader = 'x-parlance-session';

/** Whether a page of ours sent the request. Without any word of the browser about it: no. */
export const isFromOwnPage = ({ headers }: IncomingMessage, publicUrl: URL): boolean => {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (origin === undefined && site === undefined) return false;
  return (origin === undefined || origin === publicUrl.origin) && (site === undefined || site === 'same-origin');
};

const isPlainStream = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && /\btext\/event-stream\b/i.test(headers.accept ?? '');
const isUpgrade = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

/** Why the cookie of a request does not count; undefined when it does. */
export const cookieFault = (request: IncomingMessage, publicUrl: URL): AppError | undefined => {
  if (!isFromOwnPage(request, publicUrl)) {
    return new AppError('UNAUTHENTICATED', `The session counts only for requests of pages at ${publicUrl.origin}.`);
  }
  if (isPlainStream(request) || isUpgrade(request) || request.headers[sessionHeader] === '1') return undefined;
  return new AppError('UNAUTHENTICATED', `The session counts only with the header "${sessionHeader}: 1". Send it.`);
};
