/**
 * Which handler serves which path: GraphQL and its tickets, Apollo Sandbox, the explorer, what is mounted beside them,
 * and a site for all other paths. Invariant: a handler that throws gets the client a 500 and the log a line.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '#kernel/log.ts';
import { type AllowsOrigin, applyCors } from './cors.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Serves a path and everything below it. */
export interface Mount {
  /** Such as `/auth`. */
  readonly path: string;
  readonly handle: RequestHandler;
  /** Methods that pages of other origins may use, of those that may send requests. Default: none. */
  readonly crossOriginMethods?: string;
  /** Whether it ends bodies that come too slowly by itself, because they may be long. Default: false. */
  readonly timesBodies?: boolean;
}

export interface Routes {
  readonly handleGraphQL: RequestHandler;
  readonly serveTickets: RequestHandler;
  /** Undefined where there is no explorer. */
  readonly serveExplorer: RequestHandler | undefined;
  /** Whether /sandbox is a page, which Apollo Server makes. */
  readonly showsSandbox: boolean;
  readonly mounts: readonly Mount[];
  /** Serves every path that nothing else does; undefined where there is no site. */
  readonly site: RequestHandler | undefined;
  readonly allowsOrigin: AllowsOrigin;
  readonly logger: Logger;
}

export const pathOf = (request: IncomingMessage): string => request.url?.split('?', 1)[0] ?? '/';

/** The mount that serves a path. */
export const mountOf = (mounts: readonly Mount[], path: string): Mount | undefined =>
  mounts.find((candidate) => isBelow(path, candidate.path));

const isBelow = (path: string, mount: string): boolean => path === mount || path.startsWith(`${mount}/`);

export const createRoutes = (routes: Routes): ((request: IncomingMessage, response: ServerResponse) => void) => {
  const { handleGraphQL, serveTickets, serveExplorer, showsSandbox, mounts, site, allowsOrigin, logger } = routes;
  const front = showsSandbox ? '/sandbox' : serveExplorer && '/explorer';

  const run = (handle: RequestHandler, request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((err: unknown) => {
      logger.error({ err, path: pathOf(request) }, 'a page failed');
      if (response.headersSent) response.destroy();
      else
        response.writeHead(500, { 'content-type': 'text/plain' }).end('Something went wrong on our side. Try again.\n');
    });
  };
  const runForOrigins = (
    handle: RequestHandler,
    request: IncomingMessage,
    response: ServerResponse,
    methods?: string,
  ): void => {
    if (!applyCors({ allows: allowsOrigin, methods }, request, response)) run(handle, request, response);
  };

  return (request, response) => {
    const path = pathOf(request);
    const isGet = request.method === 'GET';
    if (path === '/graphql') return runForOrigins(handleGraphQL, request, response);
    if (path === '/graphql/ticket') return runForOrigins(serveTickets, request, response);
    if (path === '/sandbox' && isGet && showsSandbox) return runForOrigins(handleGraphQL, request, response);
    if (path === '/explorer' && isGet && serveExplorer) return run(serveExplorer, request, response);
    const mount = mountOf(mounts, path);
    if (mount?.crossOriginMethods) return runForOrigins(mount.handle, request, response, mount.crossOriginMethods);
    if (mount) return run(mount.handle, request, response);
    if (site) return run(site, request, response);
    if (path === '/' && front) {
      response.writeHead(302, { location: front }).end();
      return;
    }
    response.writeHead(404, { 'content-type': 'text/plain' }).end('GraphQL is at /graphql.\n');
  };
};
