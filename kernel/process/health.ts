/**
 * `GET /health/live` and `/health/ready` of a process. Live: the event loop answers. Ready: every check resolved within
 * its deadline; else 503 with the names of the failing ones, and the reasons in the log only.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from '../log.ts';
import { type ListeningServer, listen } from './listen.ts';

/** Name of a dependency -> rejects when it does not answer. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

/** Milliseconds a check may take: below the usual probe timeout of orchestrators (1 s is Kubernetes' default). */
const checkDeadlineMs = 900;

const runCheck = async (check: () => Promise<void>): Promise<unknown> => {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${checkDeadlineMs} ms`)), checkDeadlineMs);
  try {
    await Promise.race([check(), deadline]);
    return undefined;
  } catch (cause) {
    return cause;
  } finally {
    clearTimeout(timer);
  }
};

/** Answers a health request; false when the path is another one, and nothing was written. */
export const answerHealth = (
  checks: ReadinessChecks,
  logger: Logger,
): ((request: IncomingMessage, response: ServerResponse) => boolean) => {
  const reply = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  const ready = async (response: ServerResponse): Promise<void> => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => ({ name, fault: await runCheck(check) })),
    );
    const failing = results.filter(({ fault }) => fault !== undefined);
    for (const { name, fault } of failing) logger.warn({ err: fault, check: name }, 'not ready');
    reply(response, failing.length === 0 ? 200 : 503, {
      status: failing.length === 0 ? 'ready' : 'not ready',
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

/** For processes that serve nothing else, such as workers. */
export const serveHealth = async (options: {
  readonly host: string;
  readonly port: number;
  readonly checks: ReadinessChecks;
  readonly logger: Logger;
}): Promise<ListeningServer> => {
  const answer = answerHealth(options.checks, options.logger);
  const server = createServer((request, response) => {
    if (!answer(request, response)) response.writeHead(404).end();
  });
  return listen(server, options);
};
