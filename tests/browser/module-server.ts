/**
 * Serves the repository to a browser as modules, without a build: TypeScript without its types, packages by an import
 * map. What it can serve is the SDK, the tests' pages and the packages that are listed.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What bundlers find by themselves. */
const imports = {
  '@urql/core': '/node_modules/@urql/core/dist/urql-core.mjs',
  '@0no-co/graphql.web': '/node_modules/@0no-co/graphql.web/dist/graphql.web.mjs',
  wonka: '/node_modules/wonka/dist/wonka.mjs',
  'graphql-ws/client': '/node_modules/graphql-ws/dist/client.js',
  '@noble/hashes/sha2.js': '/node_modules/@noble/hashes/sha2.js',
};
const packages = '(@urql/core|@0no-co/graphql\\.web|wonka|graphql-ws)/dist|@noble/hashes';
const served = new RegExp(`^/(client/sdk|tests/browser|node_modules/(${packages}))/[\\w./-]+$`);

/** Bundlers put the environment in at the build; here the page has it. */
const page = (script: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>SDK</title><link rel="icon" href="data:,">
<script>globalThis.process = { env: { NODE_ENV: 'production' } };</script>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="${script}"></script></html>`;

export interface ModuleServer extends AsyncDisposable {
  /** A page that runs this module, given by its path in the repository. */
  pageOf(script: string): string;
}

const respond = async (path: string, response: ServerResponse): Promise<void> => {
  if (!served.test(path) || path.includes('..')) {
    response.writeHead(404).end();
    return;
  }
  const text = await readFile(join(root, path), 'utf8');
  response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' });
  response.end(path.endsWith('.ts') ? stripTypeScriptTypes(text) : text);
};

export const startModuleServer = async (): Promise<ModuleServer> => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(page(url.searchParams.get('run') ?? ''));
      return;
    }
    respond(url.pathname, response).catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('A listening server has an address');
  return {
    pageOf: (script) => `http://127.0.0.1:${address.port}/?${new URLSearchParams({ run: `/${script}` })}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
