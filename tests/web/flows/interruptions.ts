/** What interrupts a reply on its page: processes that die, reloads, other tabs, other transports. The text goes on. */
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { finished, running, send, type WebPage, type WebStand } from '#tests/support/web-stand.ts';

/** Of the first paragraph of a reply that has ended. */
const textIn = async (page: WebPage): Promise<string> =>
  ((await finished(page).locator('p').first().textContent()) ?? '').trim();

export const interruptionFlows = (stand: () => WebStand): void => {
  test('a reply that is written while everything dies and comes back stands there whole, and once', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=300 pace=20');
    await running(page).locator('p', { hasText: 'w20' }).waitFor();
    await stand().parlance.crash('gateway');
    await finished(page).locator('p', { hasText: 'w299' }).waitFor();
    expect(await textIn(page)).toBe(textOf(300).trim());
    expect(page.complaints).toEqual([]);
  });

  test('reloads every 200 ms through a reply of 100 kB leave the text of the whole, and Stop works after them', async () => {
    await using page = await stand().open();
    const lines = Array.from(
      { length: 500 },
      (_, line) => `- line ${line} of **a list** with \`code ${line}\` and more words ${'x'.repeat(140)}\n`,
    );
    stand().parlance.provider.queue({ texts: lines, pace: 12 });
    await send(page, 'a long list');
    await page.waitForURL('**/c/*');
    for (let reloads = 0; reloads < 15; reloads += 1) {
      await page.reload({ waitUntil: 'commit' });
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
    }
    await finished(page).locator('li', { hasText: 'line 499' }).waitFor();
    const shown = await finished(page).locator('ul').first().innerHTML();
    await page.reload();
    await finished(page).locator('li', { hasText: 'line 499' }).waitFor();
    expect(await finished(page).locator('ul').first().innerHTML()).toBe(shown);
    expect(await finished(page).locator('li').count()).toBe(500);

    await send(page, 'script: tokens=5000 pace=20');
    await running(page).locator('p', { hasText: 'w1' }).waitFor();
    for (let reloads = 0; reloads < 5; reloads += 1) {
      await page.reload({ waitUntil: 'commit' });
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
    }
    await running(page).waitFor();
    await page.getByRole('button', { name: 'Stop the reply' }).click();
    await finished(page).getByText('Stopped.').waitFor();
  }, 120_000);

  test('two tabs follow the same reply, and the stop in one ends it in both', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=5000 pace=20');
    await running(page).locator('p', { hasText: 'w5' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator('article[aria-busy="true"] p', { hasText: 'w5' }).waitFor();
    await other.getByRole('button', { name: 'Stop the reply' }).click();
    await finished(page).getByText('Stopped.').waitFor();
    await other.locator('article[aria-busy="false"]').getByText('Stopped.').waitFor();
  });

  test('a browser without WebSocket streams by server-sent events, and says nothing', async () => {
    await using page = await stand().open();
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebSocket'));
    await page.reload();
    await send(page, 'script: tokens=60 pace=10');
    await running(page).locator('p', { hasText: 'w5' }).waitFor();
    await finished(page).locator('p', { hasText: 'w59' }).waitFor();
    expect(await textIn(page)).toBe(textOf(60).trim());
    expect(page.complaints).toEqual([]);
  });
};
