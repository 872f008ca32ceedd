/** The way to a file of a share: what the gateway asks conversations, and how it responds. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TokenBucket } from '#kernel/limiter/limiter.ts';
import { createLogger } from '#kernel/log.ts';
import { openSharedPages } from './shared-pages.ts';

const askedSchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) });
const token = 'T'.repeat(43);
const link = 'https://files.example/tenant/files/one?signature=x';

const openPages = async (downloads?: TokenBucket) => {
  await using stack = new AsyncDisposableStack();
  const asked: Readonly<Record<string, unknown>>[] = [];
  const listen = async (server: ReturnType<typeof createServer>): Promise<string> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stack.defer(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  };
  /** Conversations: a share with one file. */
  const conversations = createServer(async (request, response) => {
    const { query, variables } = askedSchema.parse(JSON.parse(await text(request)));
    asked.push(variables);
    const found = variables['token'] === token && variables['place'] === '1-0';
    const page = { isFound: variables['token'] === token, html: '<p>page</p>', policy: "default-src 'none'" };
    const data = query.includes('sharedFileLink') ? { sharedFileLink: found ? link : null } : { sharedPage: page };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data }));
  });
  const conversationsUrl = `${await listen(conversations)}/graphql`;
  const pages = stack.use(
    openSharedPages({
      ...{ conversationsUrl, identitySecret: 'a secret that only this test knows, 32+', addressHeader: undefined },
      ...{ logger: createLogger('test', 'silent'), ...(downloads && { downloads }) },
    }),
  );
  const { handle } = pages.mount;
  const origin = await listen(createServer((request, response) => void handle(request, response)));
  const closing = stack.move();
  return {
    asked,
    visit: (path: string, language = 'en') =>
      fetch(`${origin}${path}`, { redirect: 'manual', headers: { 'accept-language': language } }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

test('a file is found by a redirect that nothing keeps', async () => {
  await using pages = await openPages();
  const response = await pages.visit(`/s/${token}/files/1-0`);
  expect([response.status, response.headers.get('location')]).toEqual([302, link]);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  await pages.visit(`/s/${token}/files/1-0?preview`);
  expect(pages.asked).toEqual([
    { token, place: '1-0', preview: false },
    { token, place: '1-0', preview: true },
  ]);
});

test('a file that is not there, or no longer shared, is said so in the language of the reader', async () => {
  await using pages = await openPages();
  const gone = await pages.visit(`/s/${token}/files/1-1`, 'de-DE');
  expect([gone.status, await gone.text()]).toEqual([
    404,
    'Diese Datei gibt es nicht, oder sie wird nicht mehr geteilt.\n',
  ]);
  expect((await pages.visit(`/s/other/files/1-0`)).status).toBe(404);
  // These are no places, so no file is asked for.
  for (const place of ['', 'x', '..%2f1', '1-0/..%2f', '1'.repeat(9)])
    expect([place, (await pages.visit(`/s/${token}/files/${place}`)).status]).toEqual([place, 404]);
  expect(pages.asked.filter((variables) => 'place' in variables)).toHaveLength(2);
});

test('files are limited by address, apart from pages', async () => {
  await using pages = await openPages({ capacity: 1, refillPerSecond: 0.001 });
  expect((await pages.visit(`/s/${token}/files/1-0`)).status).toBe(302);
  const limited = await pages.visit(`/s/${token}/files/1-0`);
  expect(limited.status).toBe(429);
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await pages.visit(`/s/${token}`)).status).toBe(200);
});
