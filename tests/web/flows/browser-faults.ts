/** What goes wrong between a browser and whatever serves it: connections, missing parts, a wrong clock. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { finished, running, send, type WebStand } from '#tests/support/web-stand.ts';

export const browserFaultFlows = (stand: () => WebStand): void => {
  test('a Stop that the server refuses says so, and the next one works', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=5000 pace=20');
    await running(page).locator('p', { hasText: 'w5' }).waitFor();
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('stopGeneration')
        ? route.fulfill({ json: { errors: [{ message: 'No.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] } })
        : route.fallback(),
    );
    await page.getByRole('button', { name: 'Stop the reply' }).click();
    await page.getByText('That did not work, and nothing was changed.').waitFor();
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Stop the reply' }).click();
    await finished(page).getByText('Stopped.').waitFor();
    expect(page.complaints).toEqual([]);
  });

  test('seven tabs without WebSocket leave connections for Stop, and the list changes in each', async () => {
    await using page = await stand().open();
    const device = page.context();
    await device.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebSocket'));
    await page.reload();
    await send(page, 'script: tokens=5000 pace=20');
    await running(page).locator('p', { hasText: 'w5' }).waitFor();
    const others: Page[] = [];
    for (let tabs = 1; tabs < 7; tabs += 1) {
      const other = await device.newPage();
      others.push(other);
      await other.goto(page.url());
      await running(other).waitFor();
    }
    const last = others.at(-1) ?? page;
    await last.getByRole('button', { name: 'Stop the reply' }).click();
    for (const tab of [page, ...others]) await finished(tab).getByText('Stopped.').waitFor();

    await last.getByRole('link', { name: 'New chat' }).first().click();
    await send(last, 'script: tokens=3 pace=1');
    await finished(last).locator('p', { hasText: 'w2' }).waitFor();
    const link = new URL(last.url()).pathname;
    await page.locator(`nav a[href="${link}"]`).waitFor();
  }, 90_000);

  test('a part that is not on the server any more reloads the page once, and never again and again', async () => {
    await using page = await stand().open();
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    await page.route('**/assets/settings-dialog*', (route) => route.fulfill({ status: 404, body: '' }));
    const reloaded = page.waitForEvent('load');
    await page.getByRole('button', { name: 'Settings' }).click();
    await reloaded;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    // It is missing for good: the page stays, and the rest of it works.
    await send(page, 'script: tokens=3');
    await finished(page).locator('p', { hasText: 'w2' }).waitFor();
    expect(loads).toBe(1);
  });

  test('a server that is away when the page opens is asked again, and the chat comes', async () => {
    await using page = await stand().open();
    await page.route('**/auth/session', (route) => route.abort());
    await page.reload();
    await page.getByRole('heading', { name: 'The server cannot be reached' }).waitFor();
    await page.unroute('**/auth/session');
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  test('a clock that is five minutes wrong changes nothing', async () => {
    await using page = await stand().open();
    for (const minutes of [-5, 5]) {
      await page.clock.setSystemTime(Date.now() + minutes * 60_000);
      await page.reload();
      await page.goto(stand().origin);
      await send(page, 'script: tokens=30 pace=10');
      await finished(page).locator('p', { hasText: 'w29' }).waitFor();
    }
  });
};
