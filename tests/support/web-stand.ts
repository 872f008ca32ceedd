/** The web client as its users have it: built, served by a standalone, in Chromium. */
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { type Balancer, openBalancer } from '#tests/services/balancer.ts';
import { freePorts } from '#tests/services/ports.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startChromium } from './chromium.ts';
import type { Compose } from './compose-processes.ts';
import { findUser, type Parlance } from './parlance.ts';
import { startStandalone } from './standalone-process.ts';
import { startTwoGateways } from './two-gateways.ts';

export type WebPage = Page & {
  /** Complaints of the browser and faults of scripts, but for the failed requests that a test makes. */
  readonly complaints: readonly string[];
} & AsyncDisposable;

export interface WebStand extends AsyncDisposable {
  readonly parlance: Parlance;
  /** The same, where it consists of separate processes. */
  readonly compose: Compose | undefined;
  readonly browser: Browser;
  /** Where the application is served. */
  readonly origin: string;
  /** What stands at that address: the network between browsers and servers. */
  readonly door: Balancer;
  /** A page of a device of its own, signed in by default. `path` is where it begins. */
  open(options?: OpenOptions): Promise<WebPage>;
}

export interface OpenOptions extends BrowserContextOptions {
  readonly user?: 'Ada' | 'Grace' | 'Bob';
  /** Nobody is signed in, and the page is the welcome. */
  readonly isGuest?: boolean;
  readonly path?: string;
  /** What stands there when the page can be used. Default: the composer, or the link of the welcome. */
  readonly ready?: (page: Page) => Locator;
}

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

/**
 * Signs a device in without drawing a page. A person's way through the welcome and the issuer's page is a test of its
 * own (flows/conversation.ts).
 */
const signIn = async (device: BrowserContext, origin: string, user: string): Promise<void> => {
  const form = await device.request.get(`${origin}/auth/sign-in`);
  await device.request.post(form.url(), { form: { user: findUser(user.toLowerCase()).user.id } });
};

const welcome = (page: Page): Locator => page.getByRole('link', { name: 'Sign in' });
const composer = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });

/** A page of a device of its own. */
const openPage = async (
  browser: Browser,
  origin: string,
  { user = 'Ada', isGuest = false, path = '/', ready = isGuest ? welcome : composer, ...context }: OpenOptions = {},
): Promise<WebPage> => {
  const device = await browser.newContext({ locale: 'en-GB', ...context });
  if (!isGuest) await signIn(device, origin, user);
  const page = await device.newPage();
  const complaints = watch(page);
  await page.goto(new URL(path, origin).href);
  await ready(page).waitFor();
  return Object.assign(page, { complaints, [Symbol.asyncDispose]: () => device.close() });
};

export interface StandOptions {
  /** Directory of the built web client. Default: the one that the test files of a run share. */
  readonly site?: string;
  /** Added to the standalone's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Browsers are at the server itself, with no door between: for measurements. */
  readonly isDirect?: boolean;
  /** Seconds for which access tokens of web pages are valid. */
  readonly accessTokenSeconds?: number;
  /** Separate processes with two gateways behind one address, in place of the standalone. */
  readonly behindTwoGateways?: boolean;
}

/** Tools of tests are on this machine. */
const worker = { TOOL_PRIVATE_HOSTS: '127.0.0.1' };

type Server = Pick<WebStand, 'parlance' | 'compose' | 'origin' | 'door'>;

const startServer = async (stack: AsyncDisposableStack, site: string, options: StandOptions): Promise<Server> => {
  const seconds = String(options.accessTokenSeconds ?? 600);
  if (options.behindTwoGateways) {
    const gateways = await startTwoGateways({ site, worker, accessTokenSeconds: seconds });
    const { parlance, origin, door } = stack.use(gateways);
    return { parlance, compose: parlance, origin, door };
  }
  const [port = 0, doorPort = 0] = await freePorts(2);
  const origin = `http://127.0.0.1:${options.isDirect ? port : doorPort}`;
  const settings = { SITE_DIR: site, PUBLIC_URL: origin, ACCESS_TOKEN_SECONDS: seconds };
  const parlance = stack.use(
    await startStandalone({ port, environment: { ...worker, ...settings, ...options.environment } }),
  );
  const door = stack.use(await openBalancer(doorPort, [port]));
  return { parlance, compose: undefined, origin, door };
};

export const openWebStand = async (options: StandOptions = {}): Promise<WebStand> => {
  await using stack = new AsyncDisposableStack();
  const [browser, site] = await Promise.all([startChromium(), options.site ?? sharedService('site')]);
  stack.defer(() => browser.close());
  const server = await startServer(stack, site, options);
  const closing = stack.move();
  return {
    ...server,
    browser,
    open: (how) => openPage(browser, server.origin, how),
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
