/**
 * A built web application behind the gateway's paths: its files, and a page for every other path that a browser
 * navigates to, because applications have paths of their own: the page of the nearest folder above that has one. Other
 * requests for unknown paths get 404, so that a script of an older release is missed and never read as a page.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { readSiteFiles, type SiteFile } from './site-files.ts';

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const pathOf = (url: string): string => {
  const [path = '/'] = url.split('?', 1);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
};

const isNavigation = ({ headers }: IncomingMessage, path: string): boolean =>
  extname(path) === '' && (headers.accept ?? '').includes('text/html');

const takesBrotli = ({ headers }: IncomingMessage): boolean =>
  /(^|,)\s*br\s*(;\s*q=(?!0(\.0*)?\s*(,|$))|,|$)/i.test(String(headers['accept-encoding'] ?? ''));

/** Path of a page -> the paths of the pages of its folders, the nearest first. */
const pagesAbove = (path: string): readonly string[] => {
  // A path may be as long as a request line; no build has more folders than this.
  const folders = path.split('/', 16).slice(1, -1);
  return folders.map((_, index) => `/${folders.slice(0, folders.length - index).join('/')}/index.html`);
};

/**
 * Reads the directory. Throws EnvironmentError when it holds no application.
 * @param fileOrigins where pages load and upload files, beside their own
 */
export const openSite = async (directory: string, fileOrigins?: readonly string[]): Promise<RequestHandler> => {
  const files = await readSiteFiles(directory, fileOrigins);

  const find = (request: IncomingMessage): SiteFile | undefined => {
    const path = pathOf(request.url ?? '/');
    const folder = path.replace(/\/$/, '');
    const file = files.get(path) ?? files.get(`${folder}/index.html`) ?? files.get(`${folder}.html`);
    if (file || !isNavigation(request, path)) return file;
    const page = pagesAbove(path).find((above) => files.has(above));
    return files.get(page ?? '/index.html');
  };

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' }).end('Pages are read with GET.\n');
      return;
    }
    const file = find(request);
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page. GraphQL is at /graphql.\n');
      return;
    }
    if (request.headers['if-none-match'] === file.headers['etag']) {
      response.writeHead(304, file.headers).end();
      return;
    }
    const compressed = takesBrotli(request) ? file.compressed : undefined;
    const body = compressed ?? file.body;
    response.writeHead(200, {
      ...file.headers,
      'content-length': body.length,
      ...(compressed ? { 'content-encoding': 'br' } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
};
