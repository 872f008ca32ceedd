/**
 * Runs once around the whole test run, in vitest's own process: lends services to test files (shared-services.ts). A
 * service starts when the first file asks for it and ends after the last test, so a run that needs none starts none.
 */
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { makeCluster } from './embedded-cluster/make-cluster.ts';
import { startPostgres } from './postgres.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { startRedis } from './redis.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { openScratch } from './scratch.ts';
import type { SharedService } from './shared-services.ts';
import { buildSite } from './site.ts';

/** Starts at the first call; later calls get the same. */
const once = <Started extends AsyncDisposable>(stack: AsyncDisposableStack, start: () => Promise<Started>) => {
  let started: Promise<Started> | undefined;
  return () => {
    started ??= start().then((service) => stack.use(service));
    return started;
  };
};

/** Vitest's contract: gives back the teardown. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const stack = new AsyncDisposableStack();
  // Test files and what they start inherit both.
  process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');
  const scratch = stack.use(await openScratch());
  if (scratch.path !== undefined) process.env['TMPDIR'] = scratch.path;
  const postgres = once(stack, startPostgres);
  const redis = once(stack, startRedis);
  const redisCluster = once(stack, startRedisCluster);
  const rabbitmq = once(stack, startRabbitmq);
  const site = once(stack, buildSite);
  const embeddedCluster = once(stack, makeCluster);
  /** Path -> the URL of what one test file may use alone. */
  const lent: Readonly<Record<`/${SharedService}`, () => Promise<string>>> = {
    '/postgres': async () => (await postgres()).createDatabase(),
    '/redis': async () => (await redis()).url,
    '/redis-cluster': async () => (await redisCluster()).url,
    '/rabbitmq': async () => (await rabbitmq()).createVhost(),
    '/site': async () => (await site()).path,
    '/embedded-cluster': async () => (await embeddedCluster()).path,
  };
  const lend = new Map<string, () => Promise<string>>(Object.entries(lent));
  const server = createServer((request, response) => {
    const service = lend.get(request.url ?? '');
    if (!service) {
      response.writeHead(404).end();
      return;
    }
    service().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('A listening server has an address');
  project.provide('servicesUrl', `http://127.0.0.1:${address.port}`);
  return async () => {
    await new Promise((resolve) => server.close(resolve));
    await stack.disposeAsync();
  };
};
