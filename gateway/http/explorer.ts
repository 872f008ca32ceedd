/**
 * The explorer at /explorer: GraphiQL with everything inlined, so that it works without internet. Its fetcher is ours
 * (explorer-fetcher.js), because the page's own cannot sign in over graphql-ws: the headers that the user enters go
 * with each request and, for subscriptions, into ConnectionInit. The page is made at the first request and kept
 * compressed.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const expand = promisify(gunzip);

const renderCall = 'YogaGraphiQL.renderYogaGraphiQL(';

const exampleHeaders = '{\n  "Authorization": "Bearer <token>"\n}';

const makePage = async (): Promise<Buffer> => {
  const [{ renderGraphiQL }, fetcher] = await Promise.all([
    import('@graphql-yoga/render-graphiql'),
    readFile(new URL('./explorer-fetcher.js', import.meta.url), 'utf8'),
  ]);
  const page = renderGraphiQL({
    title: 'Parlance explorer',
    endpoint: '/graphql',
    headers: exampleHeaders,
    defaultQuery: 'query Example {\n  __typename\n}\n',
  });
  const at = page.lastIndexOf(renderCall);
  if (at === -1) throw new Error('the explorer page has no place for its fetcher');
  const patched = `${page.slice(0, at)}${fetcher}\n(${wrapper})(${page.slice(at + renderCall.length)}`;
  return compress(patched);
};
/** Called with the arguments of the replaced call. `endpoint` would only bring a warning beside a fetcher. */
const wrapper =
  '(root, { endpoint, ...options }) => YogaGraphiQL.renderYogaGraphiQL(root, { ...options, fetcher: createExplorerFetcher(endpoint) })';

export const answerExplorer = (): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  let page: Promise<Buffer> | undefined;
  return async (request, response) => {
    page ??= makePage();
    const compressed = await page;
    const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const body = takesGzip ? compressed : await expand(compressed);
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.length,
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      ...(takesGzip ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(body);
  };
};
