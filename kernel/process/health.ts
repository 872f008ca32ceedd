/**
 * `GET /health/live` and `/health/ready` of a process. Live: the event loop responds. Ready: every check but the
 * optional ones resolved within its deadline; otherwise the status is 503. The response names the failed checks; their
 * reasons are only in the log.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from '../log.ts';
import { type ListeningServer, listen } from './listen.ts';

type Check = () => Promise<void>;

/**
 * Name of a dependency -> rejects when it does not respond. Without an optional one the process still serves its HTTP
 * requests.
 */
export type ReadinessChecks = Readonly<Record<string, Check | { readonly optional: Check }>>;

/** Milliseconds that a check may take: below the usual probe timeout of orchestrators (Kubernetes' default is 1 s). */
const checkDeadlineMs = 900;

const runCheck = async (check: Check): Promise<unknown> => {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no response within ${checkDeadlineMs} ms`)), checkDeadlineMs);
  try {
    await Promise.race([check(), deadline]);
    return undefined;
  } catch (cause) {
    return cause;
  } finally {
    clearTimeout(timer);
  }
};

/** Returns a handler that responds to health requests, and returns false for any other path without writing. */
export const createHealthResponder = (
  checks: ReadinessChecks,
  logger: Logger,
): ((request: IncomingMessage, response: ServerResponse) => boolean) => {
  const reply = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  const ready = async (response: ServerResponse): Promise<void> => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const isOptional = typeof check !== 'function';
        return { name, isOptional, fault: await runCheck(isOptional ? check.optional : check) };
      }),
    );
    const failing = results.filter(({ fault }) => fault !== undefined);
    const isReady = failing.every(({ isOptional }) => isOptional);
    for (const { name, fault } of failing) logger.warn({ err: fault, check: name }, 'a dependency does not respond');
    reply(response, isReady ? 200 : 503, {
      status: isReady ? 'ready' : 'not ready',
      failing: failing.map(({ name }) => name),
    });
  };
  return (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/health/live') {
      reply(response, 200, { status: 'live' });
      return true;
    }
    if (path === '/health/ready') {
      void ready(response);
      return true;
    }
    return false;
  };
};

/** For processes that serve nothing else over HTTP, such as workers. */
export const serveHealth = async (options: {
  readonly host: string;
  readonly port: number;
  readonly checks: ReadinessChecks;
  readonly logger: Logger;
}): Promise<ListeningServer> => {
  const respond = createHealthResponder(options.checks, options.logger);
  const server = createServer((request, response) => {
    if (!respond(request, response)) response.writeHead(404).end();
  });
  return listen(server, options);
};
