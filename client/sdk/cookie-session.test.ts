/** The SDK in a page that is signed in by a cookie, in Chromium, against a server that takes nothing else. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium } from '../../tests/support/chromium.ts';
import { until } from '../../tests/support/until.ts';
import { type CookieServer, startCookieServer } from './cookie-server.fixture.ts';

let browser: Browser;
let script: string;
beforeAll(async () => {
  browser = await startChromium();
  const bundled = await rolldown({ input: join(import.meta.dirname, 'cookie-page.fixture.ts'), platform: 'browser' });
  const { output } = await bundled.generate({ format: 'esm' });
  script = output[0].code;
  await bundled.close();
});
afterAll(() => browser.close());

const signIn = (page: Page): Promise<unknown> => page.evaluate('fetch("/sign-in").then((response) => response.status)');

const openPage = async (server: CookieServer): Promise<Page & AsyncDisposable> => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => 'startCookiePage' in globalThis);
  return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() });
};

/** What a page has shown of the reply so far is in the promise that it keeps. */
const follow = (page: Page) => page.evaluate(() => globalThis.cookiePage.follow('reply'));

test.each(['websocket', 'events'] as const)(
  'over %s a session shows no token, ends once, and goes on after a sign-in',
  async (transport) => {
    await using server = await startCookieServer(script);
    await using page = await openPage(server);
    await page.evaluate((wanted) => void globalThis.startCookiePage(wanted), transport);
    expect(await page.evaluate(() => globalThis.cookiePage.query())).toBe('UNAUTHENTICATED');
    await signIn(page);
    await page.evaluate(() => globalThis.cookiePage.signedIn());
    expect(await page.evaluate(() => globalThis.cookiePage.query())).toEqual({ who: 'session=0' });

    server.append('one ', 'two ');
    const before = server.refusals;
    const first = follow(page);
    await until(
      async () => server.readers,
      (readers) => readers === 1,
    );
    server.endSession();
    expect(await first).toEqual({ text: 'one two ', ended: 'UNAUTHENTICATED' });
    const [again, query] = await Promise.all([follow(page), page.evaluate(() => globalThis.cookiePage.query())]);
    expect([again.ended, query]).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    // The stream, its second opening and the query: nothing is tried again.
    expect(server.refusals - before).toBe(3);
    expect(await page.evaluate(() => globalThis.cookiePage.signedOut)).toBe(2);

    await signIn(page);
    await page.evaluate(() => globalThis.cookiePage.signedIn());
    const last = follow(page);
    server.append('three');
    server.complete();
    expect(await last).toEqual({ text: 'one two three', ended: 'complete' });
    expect(await page.evaluate(() => globalThis.cookiePage.query())).toEqual({ who: 'session=1' });
    expect(server.tokens).toBe(0);
  },
);
