/**
 * Cross-origin access by origin. No cookies are used, so credentials are never allowed; the token travels in the
 * Authorization header.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The origin from which Apollo Sandbox, on any page, sends its requests. */
export const sandboxOrigin = 'https://sandbox.embed.apollographql.com';

/** Whether pages of an origin may send requests. */
export type AllowsOrigin = (origin: string) => boolean;

/** `*` in the list allows every origin. */
export const allowListed = (origins: readonly string[]): AllowsOrigin => {
  const listed = new Set(origins);
  return (origin) => listed.has('*') || listed.has(origin);
};

/** Allows pages that this machine serves, on any port: the frontend under development. */
export const allowLoopback: AllowsOrigin = (origin) =>
  URL.canParse(origin) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname);

export interface CorsTerms {
  readonly allows: AllowsOrigin;
  /** Default: those of GraphQL. */
  readonly methods?: string | undefined;
}

/** Writes the headers. Returns true when the request was a preflight, which is then complete. */
export const applyCors = (
  { allows, methods = 'GET, POST, OPTIONS' }: CorsTerms,
  request: IncomingMessage,
  response: ServerResponse,
): boolean => {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin, accept');
  if (origin !== undefined && allows(origin)) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'retry-after, www-authenticate, x-request-id');
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', methods);
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
