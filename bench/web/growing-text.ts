/**
 * What it costs a browser to show a reply of 100 kB while it grows by 100 pieces a second: by the web client, and in
 * the plain way, in turn. The plain way is react-markdown over the whole text at each piece.
 */
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { build } from 'vite';
import { createDirectory } from '#tests/services/directory.ts';
import { startChromium } from '#tests/support/chromium.ts';
import { openSite } from '../../gateway/site/site.ts';
import { type Figure, percentile } from '../figures.ts';
import type { GrowthResult, GrowthWay } from './growth.ts';
import { markdownText } from './markdown-text.ts';

const textLength = 100_000;
const frameMs = 1000 / 60;
/** Of the screen's frames. */
const droppedGoal = 0.02;
const longestTaskGoalMs = 100;
/** Of the script time of the plain way. */
const scriptGoal = 0.2;
const ways = ['ours', 'whole'] as const;
const names = { ours: 'web client', whole: 'react-markdown' } as const;

interface Measured extends GrowthResult {
  readonly scriptMs: number;
}

const scriptMsOf = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0) * 1000;
};

const measureOnce = async (page: Page, way: GrowthWay, pieces: number): Promise<Measured> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const before = await scriptMsOf(session);
  const length = Math.round((textLength * pieces) / 1_000);
  const result = await page.evaluate(([chosen, text, count]) => globalThis.growText(chosen, text, count), [
    way,
    markdownText(length),
    pieces,
  ] as const);
  const scriptMs = (await scriptMsOf(session)) - before;
  await session.detach();
  return { ...result, scriptMs };
};

const figuresOf = (way: GrowthWay, results: readonly Measured[]): Figure[] => {
  const isOurs = way === 'ours';
  const median = (of: (result: Measured) => number): number => percentile(results.map(of), 0.5);
  const dropped = median(({ frames, durationMs }) => Math.max(0, 1 - frames / (durationMs / frameMs)));
  const longest = median(({ longTasks }) => Math.max(0, ...longTasks));
  return [
    {
      name: `growing text, ${names[way]}, frames dropped`,
      value: dropped,
      unit: 'of all',
      ...(isOurs ? { atMost: droppedGoal } : {}),
    },
    {
      name: `growing text, ${names[way]}, longest task (0: below 50)`,
      value: longest,
      unit: 'ms',
      ...(isOurs ? { atMost: longestTaskGoalMs } : {}),
    },
    { name: `growing text, ${names[way]}, script`, value: median(({ scriptMs }) => scriptMs), unit: 'ms' },
  ];
};

export const measureGrowingText = async (quick: boolean): Promise<Figure[]> => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await createDirectory());
  const root = import.meta.dirname;
  await build({
    configFile: join(root, '../../client/web/vite.config.ts'),
    root,
    logLevel: 'error',
    build: { outDir: directory.path, rolldownOptions: { input: join(root, 'index.html') } },
  });
  const site = await openSite(directory.path);
  const server = createServer((request, response) => void site(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
  stack.defer(async () => server.closeAllConnections());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a listening server has an address');
  const browser = await startChromium();
  stack.defer(() => browser.close());
  const results: Record<GrowthWay, Measured[]> = { ours: [], whole: [] };
  const rounds = quick ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ways) {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${address.port}/`);
      await page.waitForFunction(() => 'growText' in globalThis);
      results[way].push(await measureOnce(page, way, quick ? 200 : 1_000));
      await page.close();
    }
  }
  const [ours, whole] = ways.map((way) =>
    percentile(
      results[way].map(({ scriptMs }) => scriptMs),
      0.5,
    ),
  );
  return [
    ...ways.flatMap((way) => figuresOf(way, results[way])),
    {
      name: 'growing text, script, web client / react-markdown',
      value: (ours ?? 0) / (whole ?? 1),
      unit: 'times',
      atMost: scriptGoal,
    },
  ];
};
