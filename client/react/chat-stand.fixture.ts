/** A standalone, and pages in Chromium that show the chat of the hooks. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { expect } from 'vitest';
import { startModuleServer } from '../../tests/browser/module-server.ts';
import { freePort } from '../../tests/services/ports.ts';
import { startTcpProxy, type TcpProxy } from '../../tests/services/tcp-proxy.ts';
import { startChromium } from '../../tests/support/chromium.ts';
import type { TestClient } from '../../tests/support/client.ts';
import type { Parlance } from '../../tests/support/parlance.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';
import { until } from '../../tests/support/until.ts';
import type { ChatOptions } from './chat-page.fixture.tsx';

export interface ChatPage extends AsyncDisposable {
  readonly page: Page;
  /** Names of the operations that the page has sent over HTTP, and that have a response. */
  readonly operations: string[];
  show(options: Omit<ChatOptions, 'url' | 'token'>): Promise<void>;
  /** The page as a user sees it after pressing F5. */
  reload(options: Omit<ChatOptions, 'url' | 'token'>): Promise<void>;
  /** Waits until the document is as wanted: texts by a selector. */
  waitFor(selector: string, isWanted: (texts: readonly string[]) => boolean): Promise<readonly string[]>;
  texts(selector: string): Promise<readonly string[]>;
  attribute(selector: string, name: string): Promise<string | null>;
}

export interface ChatStand extends AsyncDisposable {
  readonly parlance: Parlance;
  readonly ada: TestClient;
  /** The way of the pages to the gateway. */
  readonly wire: TcpProxy;
  /** Of ada, or of the user with this token. */
  openPage(token?: string): Promise<ChatPage>;
  openSubscriptions(): Promise<number>;
}

/** As it is built for development: React warns of what an application does wrong. */
const bundlePage = async (): Promise<string> => {
  const bundled = await rolldown({
    input: join(import.meta.dirname, 'chat-page.fixture.tsx'),
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"development"' }, jsx: 'react-jsx' },
  });
  try {
    const { output } = await bundled.generate({ format: 'esm' });
    return output[0].code;
  } finally {
    await bundled.close();
  }
};

const textsOf = (page: Page, selector: string): Promise<readonly string[]> => page.locator(selector).allTextContents();

interface PageContext {
  readonly browser: Browser;
  readonly code: string;
  readonly address: string;
  readonly url: string;
  readonly token: string;
}

const openPage = async ({ browser, code, address, url, token }: PageContext): Promise<ChatPage> => {
  const page = await browser.newPage();
  const warnings: string[] = [];
  const operations: string[] = [];
  await page.route('**/page.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }));
  page.on('console', (message) => {
    // Lost connections are part of the tests.
    if (message.type() !== 'info' && !/net::|WebSocket|Failed to load/.test(message.text()))
      warnings.push(message.text());
  });
  page.on('pageerror', (error) => warnings.push(error.message));
  page.on('requestfinished', (request) => {
    const name = /(?:query|mutation) (\w+)/.exec(request.postData() ?? '')?.[1];
    if (name !== undefined) operations.push(name);
  });
  const open = async (): Promise<void> => {
    await page.goto(address);
    await page.waitForFunction(() => 'showChat' in globalThis);
  };
  await open();
  const show: ChatPage['show'] = (options) =>
    page.evaluate((given) => globalThis.showChat(given), { ...options, url, token });
  return {
    page,
    operations,
    show,
    async reload(options) {
      await open();
      await show(options);
    },
    waitFor: (selector, isWanted) => until(() => textsOf(page, selector), isWanted),
    texts: (selector) => textsOf(page, selector),
    attribute: (selector, name) => page.locator(selector).getAttribute(name),
    async [Symbol.asyncDispose]() {
      await page.close();
      expect(warnings).toEqual([]);
    },
  };
};

const readOpenSubscriptions = async (metricsPort: number): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const readings = text.matchAll(/^parlance_gateway_subscriptions_open(?:\{.*\})? (\d+)$/gm);
  return [...readings].reduce((sum, [, value]) => sum + Number(value), 0);
};

export const startChatStand = async (): Promise<ChatStand> => {
  await using stack = new AsyncDisposableStack();
  const metricsPort = await freePort();
  const parlance = stack.use(await startStandalone({ environment: { METRICS_PORT: String(metricsPort) } }));
  const wire = stack.use(await startTcpProxy(parlance.url));
  const modules = stack.use(await startModuleServer());
  const browser = await startChromium();
  stack.defer(() => browser.close());
  const code = await bundlePage();
  const ada = await parlance.as('ada');
  const closing = stack.move();
  const address = modules.pageOf('page.js');
  return {
    parlance,
    ada,
    wire,
    openPage: (token = ada.token) => openPage({ browser, code, address, url: wire.url, token }),
    openSubscriptions: () => readOpenSubscriptions(metricsPort),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
