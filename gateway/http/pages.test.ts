import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway({ isDevelopment: true });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const page = async (path: string): Promise<{ type: string | null; html: string }> => {
  const response = await fetch(new URL(path, gateway.gateway.url), { headers: { accept: 'text/html' } });
  return { type: response.headers.get('content-type'), html: await response.text() };
};

test.each(['/sandbox', '/graphql'])('serves Apollo Sandbox for /graphql at %s', async (path) => {
  const { type, html } = await page(path);
  expect(type).toMatch('text/html');
  expect(html).toContain('embeddable-sandbox.cdn.apollographql.com');
  const script = html.match(/var initialEndpoint[\s\S]*?(?=<\/script>)/)?.[0] ?? '';
  const given: Record<string, unknown>[] = [];
  runInNewContext(script, {
    URL,
    window: {
      location: { href: new URL(path, 'https://chat.example').href },
      EmbeddedSandbox: class {
        constructor(options: Record<string, unknown>) {
          given.push(options);
        }
      },
    },
  });
  expect(given).toEqual([
    expect.objectContaining({
      initialEndpoint: 'https://chat.example/graphql',
      initialSubscriptionEndpoint: 'wss://chat.example/graphql',
    }),
  ]);
});

test('leads from the Sandbox to the explorer when it cannot be loaded', async () => {
  const { html } = await page('/sandbox');
  const script = html.match(/var initialEndpoint[\s\S]*?(?=<\/script>)/)?.[0] ?? '';
  const visited: string[] = [];
  const location = { href: 'http://127.0.0.1:4000/sandbox', replace: (path: string) => visited.push(path) };
  runInNewContext(script, { URL, window: { location } });
  expect(visited).toEqual(['/explorer']);
});

test('in production the Sandbox is there only where its requests are allowed, and / leads to what is there', async () => {
  const at = async (options: Parameters<typeof openTestGateway>[0]): Promise<[number, string | null, number]> => {
    await using closed = await openTestGateway(options);
    const read = (path: string) =>
      fetch(new URL(path, closed.gateway.url), { headers: { accept: 'text/html' }, redirect: 'manual' });
    const [front, sandbox] = await Promise.all([read('/'), read('/sandbox')]);
    await sandbox.body?.cancel();
    return [front.status, front.headers.get('location'), sandbox.status];
  };
  expect(await at({})).toEqual([404, null, 404]);
  expect(await at({ explorer: true })).toEqual([302, '/explorer', 404]);
  expect(await at({ allowedOrigins: ['https://sandbox.embed.apollographql.com'] })).toEqual([302, '/sandbox', 200]);
});

test('what is mounted serves its path and those below it, and a fault of it is a 500 without a reason', async () => {
  await using mounted = await openTestGateway({
    mounts: [
      {
        path: '/auth',
        async handle(request, response) {
          if (request.url === '/auth/broken') throw new Error('the secret reason');
          response.end(request.url);
        },
      },
    ],
  });
  const read = async (path: string) => {
    const response = await fetch(new URL(path, mounted.gateway.url));
    return [response.status, await response.text()];
  };
  expect(await read('/auth')).toEqual([200, '/auth']);
  expect(await read('/auth/session?a=b')).toEqual([200, '/auth/session?a=b']);
  expect((await read('/authority'))[0]).toBe(404);
  const [status, text] = await read('/auth/broken');
  expect(status).toBe(500);
  expect(text).not.toContain('secret');
});

test('serves an explorer that loads nothing from elsewhere', async () => {
  const { type, html } = await page('/explorer');
  expect(type).toMatch('text/html');
  expect(html).toContain('createExplorerFetcher(endpoint)');
  expect(html).not.toMatch(/<script[^>]+src=|<link[^>]+href="http/);
});

test('every response forbids sniffing and framing, pages name what they load, and TLS is kept once a proxy reports it', async () => {
  const headersOf = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL(path, gateway.gateway.url), { headers });
    await response.body?.cancel();
    return response.headers;
  };
  const html = { accept: 'text/html' };
  const all = await Promise.all([
    headersOf('/sandbox', html),
    headersOf('/explorer', html),
    headersOf('/graphql', { 'x-forwarded-proto': 'https' }),
    headersOf('/health/live'),
    headersOf('/nothing'),
  ]);
  for (const headers of all) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
  const [sandbox, explorer, api] = all;
  expect(sandbox?.get('content-security-policy')).not.toContain('default-src');
  expect(explorer?.get('content-security-policy')).toMatch(/script-src 'sha256-[\w+/=]+'/);
  expect(explorer?.get('content-security-policy')).not.toContain("script-src 'unsafe-inline'");
  expect(api?.get('content-security-policy')).toContain("default-src 'none'");
  expect(all.map((headers) => headers.get('strict-transport-security'))).toEqual([
    ...[null, null, 'max-age=31536000', null, null],
  ]);
});

interface Result {
  readonly data?: unknown;
}
interface Observable {
  subscribe(sink: { next(result: Result): void; error(fault: unknown): void; complete(): void }): {
    unsubscribe(): void;
  };
}
type Fetcher = (params: object, options: object) => Promise<Result & Partial<Observable>>;

const explorerFetcher = async (): Promise<Fetcher> => {
  const script = await readFile(new URL('./explorer-fetcher.js', import.meta.url), 'utf8');
  return runInNewContext(`${script}; createExplorerFetcher('/graphql')`, {
    URL,
    WebSocket,
    fetch,
    location: { href: gateway.gateway.url },
  });
};
const operation = (query: string): [object, object] => [{ query }, { documentAST: parse(query) }];

test('lets the explorer read the schema without a token, and nothing else', async () => {
  const fetcher = await explorerFetcher();
  const [introspection, options] = operation('{ __schema { queryType { name } } }');
  for (const headers of [{}, { Authorization: 'Bearer <token>' }]) {
    const { data } = await fetcher(introspection, { ...options, headers });
    expect(data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  }
  const refused = await gateway.ask('{ story(id: "1") { id } }', { headers: {} });
  expect(refused.status).toBe(401);
  const mixed = await gateway.ask('{ __typename ...F } fragment F on Query { stories { id } }', { headers: {} });
  expect(mixed.status).toBe(401);
});

test('lets the explorer query and subscribe with the headers that its user entered', async () => {
  const fetcher = await explorerFetcher();
  const headers = { Authorization: `Bearer ${await gateway.issuer.token()}` };
  const [query, options] = operation('{ story(id: "1") { title } }');
  expect((await fetcher(query, { ...options, headers })).data).toEqual({ story: { title: 'Story 1' } });

  gateway.graph.logs.append('explored', 'a', 'b', '<end>');
  const [subscription, more] = operation('subscription { storyStream(id: "explored") { text } }');
  const { subscribe } = await fetcher(subscription, { ...more, headers });
  const results: Result[] = [];
  await new Promise<void>((resolve, reject) => {
    subscribe?.({ next: (result) => results.push(result), error: reject, complete: resolve });
  });
  expect(results.map(({ data }) => data)).toEqual([{ storyStream: { text: 'a' } }, { storyStream: { text: 'b' } }]);
});

test('reports to the explorer why a subscription is refused', async () => {
  const fetcher = await explorerFetcher();
  const [subscription, more] = operation('subscription { ticks { text } }');
  const { subscribe } = await fetcher(subscription, { ...more, headers: {} });
  const fault = await new Promise((resolve) => {
    subscribe?.({ next: () => {}, error: resolve, complete: () => {} });
  });
  expect(String(fault)).toMatch('4401');
});
