import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';
import { openSite } from './site.ts';

const theme = "document.documentElement.dataset.theme = 'dark';";
const page = `<!doctype html><script>${theme}</script><script type="module" src="/assets/chat-1.js"></script>`;
const code = 'export const answer = 42;\n'.repeat(200);

let gateway: TestGateway;
let directory: Awaited<ReturnType<typeof createDirectory>>;
beforeAll(async () => {
  directory = await createDirectory();
  const at = (name: string): string => join(directory.path, name);
  await mkdir(at('assets'));
  await mkdir(at('about'));
  await writeFile(at('index.html'), page);
  await writeFile(at('about/index.html'), '<!doctype html><title>About</title>');
  await writeFile(at('assets/chat-1.js'), code);
  await writeFile(at('assets/chat-1.js.br'), brotliCompressSync(code));
  await writeFile(at('assets/notes.unknown'), '<script>alert(1)</script>');
  gateway = await openTestGateway({ isDevelopment: true, site: await openSite(directory.path) });
  // What runs does not depend on the directory any more.
  await rm(directory.path, { recursive: true });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

const html = { accept: 'text/html,*/*' };

/** fetch decompresses by itself, so this reads what was really sent. */
const read = (
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.gateway.url);
    const request = httpRequest({ hostname, port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject);
    request.end();
  });

test('serves the page of the application at / and at every path that a browser navigates to', async () => {
  for (const path of ['/', '/c/0199', '/settings?tab=keys', '/%E0%A4%A']) {
    const { status, body } = await read(path, { headers: html });
    expect([status, body.toString()]).toEqual([200, page]);
  }
  expect((await read('/about', { headers: html })).body.toString()).toContain('About');
});

test('a path below a folder that has a page of its own leads to that page', async () => {
  for (const path of ['/about/', '/about/us', '/about/us/all?of=us']) {
    expect((await read(path, { headers: html })).body.toString()).toContain('About');
  }
  for (const path of ['/aboutness/us', `/${'a/'.repeat(500)}about/us`]) {
    expect((await read(path, { headers: html })).body.toString()).toBe(page);
  }
  expect((await read('/about/us', { headers: { accept: 'application/json' } })).status).toBe(404);
});

test('keeps GraphQL, health, Sandbox and explorer where they are', async () => {
  expect((await gateway.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
  expect((await read('/health/live')).status).toBe(200);
  expect((await read('/explorer')).body.toString()).toContain('Parlance explorer');
  expect((await read('/sandbox', { headers: html })).body.toString()).toContain('EmbeddedSandbox');
});

test('a file that is not there is missed, never answered with the page', async () => {
  for (const path of ['/assets/chat-0.js', '/data.json', '/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd']) {
    expect((await read(path)).status).toBe(404);
  }
  expect((await read('/assets/chat-0.js', { headers: html })).status).toBe(404);
  expect((await read('/c/0199', { headers: { accept: 'application/json' } })).status).toBe(404);
});

test('hashed files are cached for good and sent with Brotli to those who take it; pages are checked each time', async () => {
  const plain = await read('/assets/chat-1.js');
  expect(plain.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  });
  expect(plain.body.toString()).toBe(code);
  const packed = await read('/assets/chat-1.js', { headers: { 'accept-encoding': 'gzip, deflate, br' } });
  expect(packed.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(packed.body).toString()).toBe(code);
  const refusing = await read('/assets/chat-1.js', { headers: { 'accept-encoding': 'gzip, br;q=0' } });
  expect(refusing.headers['content-encoding']).toBeUndefined();

  const { headers } = await read('/', { headers: html });
  expect(headers['cache-control']).toBe('no-cache');
  const again = await read('/', { headers: { ...html, 'if-none-match': String(headers['etag']) } });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});

test('a page runs its own scripts only, by Trusted Types, and connects to its own gateway', async () => {
  const policy = String((await read('/', { headers: html })).headers['content-security-policy']);
  expect(policy).toContain(`script-src 'self' 'sha256-${createHash('sha256').update(theme).digest('base64')}';`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).toContain("frame-ancestors 'none'");
});

test('a file of an unknown type is a download, and only reading is served', async () => {
  expect((await read('/assets/notes.unknown')).headers['content-type']).toBe('application/octet-stream');
  const head = await read('/', { method: 'HEAD', headers: html });
  expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, String(page.length)]);
  expect((await read('/', { method: 'POST' })).status).toBe(405);
});

test('a directory without an application is refused with what to do', async () => {
  await using empty = await createDirectory();
  await expect(openSite(empty.path)).rejects.toThrow('npm run build:web');
  await expect(openSite(join(empty.path, 'nowhere'))).rejects.toThrow('cannot be read');
});
