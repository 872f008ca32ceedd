/**
 * A conversation of 2,000 messages in the web client: how soon its end is on the screen after the address was entered,
 * and how much memory of the page 20 more replies leave behind when the reader has gone elsewhere.
 */
import type { CDPSession, Page } from 'playwright-core';
import { buildSite } from '#tests/services/site.ts';
import { finished, openWebStand, send } from '#tests/support/web-stand.ts';
import { type Figure, percentile } from '../figures.ts';

const firstPaintGoalMs = 1_000;
/** Of the memory before them. */
const growthGoal = 1.2;
const replies = 20;

/** Milliseconds from the start of the navigation until the first message is in the page. */
const shownAfter = async (page: Page, address: string): Promise<number> => {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('article')) return;
      observer.disconnect();
      requestAnimationFrame(() => Object.assign(globalThis, { shownAt: performance.now() }));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(address);
  await page.waitForFunction(() => 'shownAt' in globalThis);
  return page.evaluate(() => Number(Reflect.get(globalThis, 'shownAt')));
};

/** While no conversation is open. */
const heapBytes = async (page: Page, session: CDPSession): Promise<number> => {
  await page.getByRole('link', { name: 'New chat' }).first().click();
  await page.getByRole('article').first().waitFor({ state: 'detached' });
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  await page.goBack();
  await finished(page).last().waitFor();
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
};

export const measureLongConversation = async (quick: boolean): Promise<Figure[]> => {
  await using site = await buildSite();
  const environment = { USER_RATE: '1000', USER_BURST: '1000' };
  await using web = await openWebStand({ site: site.path, isDirect: true, environment });
  const ada = await web.parlance.as('ada');
  const id = await ada.createConversation({ title: 'A long one' });
  const turns = quick ? 50 : 1_000;
  for (let turn = 0; turn < turns; turn += 1) await ada.converse(id, 'script: tokens=40');
  await using page = await web.open();
  const times: number[] = [];
  for (let round = 0; round < (quick ? 2 : 7); round += 1) {
    const tab = await page.context().newPage();
    times.push(await shownAfter(tab, `${web.origin}/c/${id}`));
    await tab.close();
  }
  await page.goto(`${web.origin}/c/${id}`);
  await finished(page).last().waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const ask = async (): Promise<void> => {
    const count = await finished(page).count();
    await send(page, 'script: tokens=200');
    await finished(page).nth(count).locator('p', { hasText: 'w199' }).waitFor();
  };
  // The first ones load what the page does not have yet.
  for (let reply = 0; reply < 3; reply += 1) await ask();
  await heapBytes(page, session);
  const before = await heapBytes(page, session);
  for (let reply = 0; reply < replies; reply += 1) await ask();
  const after = await heapBytes(page, session);
  return [
    {
      name: `conversation of ${turns * 2} messages, on the screen, p50`,
      value: percentile(times, 0.5),
      unit: 'ms',
      atMost: firstPaintGoalMs,
    },
    { name: 'heap of the page', value: before / 1_000_000, unit: 'MB' },
    { name: `heap after ${replies} more replies / before`, value: after / before, unit: 'times', atMost: growthGoal },
  ];
};
