/**
 * The files of a built web application, read once into memory, so that a deployment which replaces the directory under
 * a running process breaks no page that is open, and a file that vanishes ends nothing. A `.br` file beside another is
 * its compressed form.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { EnvironmentError } from '#kernel/config/environment.ts';
import { contentPolicyOf, pagePolicyOf } from './content-policy.ts';

export interface SiteFile {
  readonly body: Buffer;
  /** With Brotli; undefined where it is not smaller or was not built. */
  readonly compressed: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Bytes of all files together: some ten times what a chat client with its fonts has. */
const maxBytes = 64 * 1024 * 1024;

/** What web builds contain. A file of another type is served as a download. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Names below /assets/ carry a hash of their content, so they never change. */
const cachingOf = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

const headersOf = (path: string, body: Buffer, fileOrigins: readonly string[]): Readonly<Record<string, string>> => {
  const type = mediaTypes[extname(path)];
  return {
    'content-type': type ?? 'application/octet-stream',
    'cache-control': cachingOf(path),
    'content-security-policy':
      extname(path) === '.html' ? pagePolicyOf(body.toString('utf8'), fileOrigins) : contentPolicyOf(path),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
    vary: 'accept-encoding',
  };
};

/** Path of a URL, such as `/`, -> its file. Throws EnvironmentError when the directory holds no application. */
export const readSiteFiles = async (
  directory: string,
  fileOrigins: readonly string[] = [],
): Promise<ReadonlyMap<string, SiteFile>> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new EnvironmentError(`The web application in ${directory} cannot be read.`, { cause });
  });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > maxBytes) {
    throw new EnvironmentError(
      `The web application in ${directory} has ${total} bytes; at most ${maxBytes} are served.`,
    );
  }
  const read = new Map(
    await Promise.all(
      paths.map(async (path) => [`/${relative(directory, path).split(sep).join('/')}`, await readFile(path)] as const),
    ),
  );
  if (!read.has('/index.html')) {
    throw new EnvironmentError(
      `The web application in ${directory} has no index.html. Build it with npm run build:web.`,
    );
  }
  return new Map(
    [...read]
      .filter(([path]) => !path.endsWith('.br'))
      .map(([path, body]) => [
        path,
        { body, compressed: read.get(`${path}.br`), headers: headersOf(path, body, fileOrigins) },
      ]),
  );
};
