/**
 * `npm run build:web`: builds the web client into client/web/dist, or into `-- --out DIR`. Pages that need no data are
 * rendered here, so they are there before any script, and whatever compresses well is written with Brotli beside it.
 * Prints the sizes.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build, createServer } from 'vite';

const root = join(import.meta.dirname, '../client/web');
const { values } = parseArgs({ options: { out: { type: 'string' } } });
const dist = resolve(values.out ?? join(root, 'dist'));

/** HTML of the pages that are rendered now. */
const renderPages = async (): Promise<Readonly<Record<string, string>>> => {
  const server = await createServer({
    configFile: join(root, 'vite.config.ts'),
    server: { middlewareMode: true, watch: null, ws: false },
    appType: 'custom',
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  try {
    const { renderStaticPages } = await server.ssrLoadModule('/pages/static-pages.tsx');
    const pages: Readonly<Record<string, string>> = await renderStaticPages();
    return pages;
  } finally {
    await server.close();
  }
};

/** The script of the page's head, small enough to stand in it. */
const bootScript = async (): Promise<string> => {
  const source = await readFile(join(root, 'entrance/boot.ts'), 'utf8');
  return `<script>{${stripTypeScriptTypes(source.replace(/^\/\*\*[\s\S]*?\*\//, '')).replaceAll(/\s*\n\s*/g, '\n')}}</script>`;
};

const fillPage = (page: string, parts: Readonly<Record<string, string>>): string =>
  page.replaceAll(/<!--(\w+)-->/g, (mark, name) => parts[name] ?? mark);

const compressible = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt', '.webmanifest']);

const compress = async (path: string): Promise<void> => {
  const body = await readFile(path);
  const compressed = brotliCompressSync(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  });
  if (compressed.length < body.length) await writeFile(`${path}.br`, compressed);
};

/** What the browser loads before the application starts: the entry and what it imports, compressed with gzip. */
const entrySize = async (page: string): Promise<number> => {
  const files = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, file]) => file ?? '');
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(join(dist, file))).length));
  return sizes.reduce((sum, size) => sum + size, 0);
};

const kilobytes = async (page: string): Promise<number> => Math.round((await entrySize(page)) / 1000);

// Whatever the shell or a test runner has set: the builder follows it, and React checks and warns in any other.
process.env['NODE_ENV'] = 'production';
await rm(dist, { recursive: true, force: true });
const boot = await bootScript();
await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn', build: { outDir: dist } });
// After the build: a development server makes the rest of its process a development build.
const pages = await renderPages();

const shell = await readFile(join(dist, 'index.html'), 'utf8');
const index = fillPage(shell, { boot, page: pages['landing'] ?? '' });
await writeFile(join(dist, 'index.html'), index);
// It must do without scripts, since it is shown where nothing else works.
const bare = shell.replaceAll(/<script type="module"[^>]*><\/script>|<link rel="modulepreload"[^>]*>/g, '');
await writeFile(join(dist, 'error.html'), fillPage(bare, { boot, page: pages['error'] ?? '' }));

const console = fillPage(await readFile(join(dist, 'admin/index.html'), 'utf8'), { boot });
await writeFile(join(dist, 'admin/index.html'), console);

const names = await readdir(dist, { recursive: true });
const files = names.filter((name) => compressible.has(extname(name))).map((name) => join(dist, name));
for (const file of files) await compress(file);
process.stdout.write(
  `${files.length} files; to start (gzip), the chat loads ${await kilobytes(index)} kB, the console ${await kilobytes(console)} kB\n`,
);
