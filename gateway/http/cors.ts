/**
 * Cross-origin access by a list of allowed origins. No cookies are used, so credentials are never allowed; the token
 * goes in the Authorization header.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Writes the headers; true when the request was a preflight and is answered. */
export const applyCors = (
  allowedOrigins: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean => {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin, accept');
  if (origin !== undefined && (allowedOrigins.has('*') || allowedOrigins.has(origin))) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'retry-after, www-authenticate');
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
      response.setHeader(
        'access-control-allow-headers',
        request.headers['access-control-request-headers'] ?? 'authorization, content-type',
      );
      response.setHeader('access-control-max-age', '7200');
    }
  }
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204).end();
  return true;
};
