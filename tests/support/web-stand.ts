/** The web client as its users have it: built, served by a standalone, in Chromium, signed in by the issuer's page. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createDirectory } from '#tests/services/directory.ts';
import { startChromium } from './chromium.ts';
import type { Parlance } from './parlance.ts';
import { startStandalone } from './standalone-process.ts';

const root = join(import.meta.dirname, '../..');

export type WebPage = Page & {
  /** Complaints of the browser and faults of scripts, but for the failed requests that a test makes. */
  readonly complaints: readonly string[];
} & AsyncDisposable;

export interface WebStand extends AsyncDisposable {
  readonly parlance: Parlance;
  readonly browser: Browser;
  /** Where the application is served. */
  readonly origin: string;
  /** A page of a device of its own, signed in. `path` is where it begins. */
  open(options?: OpenOptions): Promise<WebPage>;
}

export interface OpenOptions extends BrowserContextOptions {
  readonly user?: 'Ada' | 'Grace' | 'Bob';
  readonly path?: string;
}

/** The built files, in a directory of their own, so that test files do not wait for each other. */
const buildSite = async (directory: string): Promise<void> => {
  await promisify(execFile)(process.execPath, [join(root, 'scripts/build-web.ts'), '--out', directory]);
};

/** Failed requests are complaints of the browser too, and tests cause them on purpose. */
const isExpected = (text: string): boolean => /Failed to load resource|WebSocket connection|net::ERR/.test(text);

const watch = (page: Page): readonly string[] => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !isExpected(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
};

/** From the welcome through the issuer's page back to `path`. */
const signIn = async (page: Page, user: string): Promise<void> => {
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: user }).click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
};

export interface StandOptions {
  readonly environment?: Readonly<Record<string, string>>;
}

export const openWebStand = async (options: StandOptions = {}): Promise<WebStand> => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await createDirectory());
  const site = join(directory.path, 'site');
  const [browser] = await Promise.all([startChromium(), buildSite(site)]);
  stack.defer(() => browser.close());
  const parlance = stack.use(await startStandalone({ environment: { SITE_DIR: site, ...options.environment } }));
  const { origin } = new URL(parlance.url);
  const closing = stack.move();
  return {
    parlance,
    browser,
    origin,
    async open({ user = 'Ada', path = '/', ...context } = {}) {
      const device = await browser.newContext({ locale: 'en-GB', ...context });
      const page = await device.newPage();
      const complaints = watch(page);
      await page.goto(new URL(path, origin).href);
      await signIn(page, user);
      return Object.assign(page, { complaints, [Symbol.asyncDispose]: () => device.close() });
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

/** Sends from the composer, on whichever page it is. */
export const send = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
};

export const running = (page: Page) => page.locator('article[aria-busy="true"]');
export const finished = (page: Page) => page.locator('article[aria-busy="false"]');
