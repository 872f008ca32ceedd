/** The SDK in a real browser, from another origin than the server's. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { startSocketlessProxy } from '#tests/services/socketless-proxy.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { startChromium } from '#tests/support/chromium.ts';
import type { TestClient } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import type { PageReply, PageRequest } from './follow-in-page.ts';
import { type ModuleServer, startModuleServer } from './module-server.ts';

let parlance: Parlance;
let ada: TestClient;
let browser: Browser;
let modules: ModuleServer;
beforeAll(async () => {
  [parlance, browser, modules] = await Promise.all([startStandalone(), startChromium(), startModuleServer()]);
  ada = await parlance.as('ada');
});
afterAll(async () => {
  await browser.close();
  await modules[Symbol.asyncDispose]();
  await parlance[Symbol.asyncDispose]();
});

const openPage = async (onView: (seq: number) => void): Promise<Page & AsyncDisposable> => {
  const page = await browser.newPage();
  await page.exposeFunction('onView', onView);
  await page.goto(modules.pageOf('tests/browser/follow-in-page.ts'));
  await page.waitForFunction(() => 'followInPage' in globalThis);
  return Object.assign(page, { [Symbol.asyncDispose]: () => page.close() });
};
const follow = (page: Page, request: Omit<PageRequest, 'token'>): Promise<PageReply> =>
  page.evaluate((given) => globalThis.followInPage(given), { ...request, token: ada.token });

test.each([
  ['websocket', 'auto'],
  ['events', 'events'],
] as const)('follows over %s through cut connections, with each delta once', async (_, transport) => {
  await using wire = await startTcpProxy(parlance.url);
  let cuts = 0;
  let cutAt = 0;
  await using page = await openPage((seq) => {
    if (seq < cutAt + 10) return;
    cutAt = seq;
    cuts += 1;
    wire.cut();
  });
  const conversationId = await ada.createConversation();
  const content = 'script: tokens=150 pace=8';
  const { appended, last } = await follow(page, { url: wire.url, conversationId, content, transport });
  expect(cuts).toBeGreaterThan(1);
  expect(last?.status).toBe('COMPLETED');
  expect(appended).toBe(textOf(150));
  expect(last?.text).toBe(appended);
});

test('goes over events where sockets are blocked', async () => {
  await using blocked = await startSocketlessProxy(parlance.url);
  await using page = await openPage(() => {});
  const conversationId = await ada.createConversation();
  const content = 'script: tokens=20';
  const { appended } = await follow(page, { url: blocked.url, conversationId, content, transport: 'auto' });
  expect(appended).toBe(textOf(20));
  expect(blocked.refusedUpgrades).toBeGreaterThan(0);
});
