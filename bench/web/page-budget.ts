/**
 * What a page costs before somebody can use it, as Lighthouse counts it: bytes that came, the first and the largest
 * paint, how long the main thread was blocked (what each task has beyond 50 ms, as Total Blocking Time does), and how
 * far content moved. The page is opened anew, with an empty cache.
 */
import type { Page } from 'playwright-core';
import { buildSite } from '#tests/services/site.ts';
import { openWebStand, type WebStand } from '#tests/support/web-stand.ts';
import { type Figure, percentile } from '../figures.ts';

interface Cost {
  readonly kilobytes: number;
  readonly firstPaintMs: number;
  readonly largestPaintMs: number;
  readonly blockedMs: number;
  readonly shift: number;
}

/** The thresholds that Lighthouse calls good, and for bytes the goal of the project. */
const budget = { kilobytes: 250, firstPaintMs: 1_800, largestPaintMs: 2_500, blockedMs: 200, shift: 0.1 };

/** Runs before the page's own scripts. */
const observe = (): void => {
  const cost = { largestPaintMs: 0, blockedMs: 0, shift: 0 };
  Object.assign(globalThis, { pageCost: cost });
  const watch = (type: string, take: (entry: PerformanceEntry) => void): void => {
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  };
  watch('largest-contentful-paint', ({ startTime }) => {
    cost.largestPaintMs = startTime;
  });
  watch('longtask', ({ duration }) => {
    cost.blockedMs += Math.max(0, duration - 50);
  });
  watch('layout-shift', (entry) => {
    cost.shift += Number(Reflect.get(entry, 'value'));
  });
};

const read = (page: Page): Promise<Cost> =>
  page.evaluate(() => {
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const bytes = entries.reduce((sum, entry) => sum + Number(Reflect.get(entry, 'transferSize')), 0);
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    const observed: Omit<Cost, 'kilobytes' | 'firstPaintMs'> = Reflect.get(globalThis, 'pageCost');
    return { ...observed, kilobytes: bytes / 1000, firstPaintMs: paint?.startTime ?? Number.NaN };
  });

/** @param ready a selector of what somebody needs to use the page */
const costOf = async (web: WebStand, from: Page, url: string, ready: string): Promise<Cost> => {
  const page = await web.browser
    .newContext({ storageState: await from.context().storageState() })
    .then((context) => context.newPage());
  await page.addInitScript(observe);
  await page.goto(url);
  await page.locator(ready).first().waitFor();
  await page.waitForLoadState('networkidle');
  const cost = await read(page);
  await page.context().close();
  return cost;
};

const units = { kilobytes: 'kB', firstPaintMs: 'ms', largestPaintMs: 'ms', blockedMs: 'ms', shift: '' } as const;
const names = {
  kilobytes: 'bytes that came',
  firstPaintMs: 'first paint',
  largestPaintMs: 'largest paint',
  blockedMs: 'main thread blocked',
  shift: 'layout shift',
} as const;

export const measurePageBudget = async (quick: boolean): Promise<Figure[]> => {
  await using site = await buildSite();
  await using web = await openWebStand({ site: site.path, isDirect: true });
  await using page = await web.open();
  const pages = [
    ['chat', `${web.origin}/`, 'textarea'],
    ['console', `${web.origin}/admin`, 'main table'],
  ] as const;
  const figures: Figure[] = [];
  for (const [name, url, ready] of pages) {
    const costs: Cost[] = [];
    for (let round = 0; round < (quick ? 2 : 7); round += 1) costs.push(await costOf(web, page, url, ready));
    for (const key of ['kilobytes', 'firstPaintMs', 'largestPaintMs', 'blockedMs', 'shift'] as const) {
      const values = costs.map((cost) => cost[key]);
      figures.push({
        name: `${name}, ${names[key]}, p50`,
        value: percentile(values, 0.5),
        unit: units[key],
        atMost: budget[key],
      });
    }
  }
  return figures;
};
