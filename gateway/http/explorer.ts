/**
 * The explorer at /explorer: GraphiQL with everything inlined, so that it works without internet. Its fetcher is ours
 * (explorer-fetcher.js), because the page's own cannot sign in over graphql-ws: the headers that the user enters go
 * with each request and, for subscriptions, into ConnectionInit. The page is made at the first request and kept
 * compressed, once for all; for who does not take that it is expanded as it is read, and who reads nothing is cut off.
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { cutOffSilent } from './silent-reader.ts';

const compress = promisify(gzip);

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

/** @param silentMs after which a reader that takes nothing is cut off. */
export const answerExplorer = (
  silentMs: number,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  let page: Promise<Buffer> | undefined;
  return async (request, response) => {
    page ??= makePage();
    const compressed = await page;
    const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      ...(takesGzip ? { 'content-encoding': 'gzip', 'content-length': compressed.length } : {}),
    });
    cutOffSilent(response, silentMs);
    if (takesGzip) response.end(compressed);
    else await pipeline(Readable.from([compressed]), createGunzip(), response);
  };
};
