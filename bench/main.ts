/**
 * `npm run bench`: starts the stand, measures everything in turn, prints a table and writes bench/results/<time>.json.
 * `-- --only NAME` measures one thing, `-- --quick` everything with small numbers: to see that it runs, not to compare.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAutoRouting } from './auto-routing.ts';
import { measureDeltas } from './deltas.ts';
import { type Figure, table } from './figures.ts';
import { measureFirstToken } from './first-token.ts';
import { measureIdleSubscriptions } from './idle-subscriptions.ts';
import { measureKeptReplies } from './kept-replies.ts';
import { measureOutputWindow } from './output-window.ts';
import { measurePromptCache } from './prompt-cache.ts';
import { measureSends } from './sends.ts';
import { openStand, type Stand } from './stand.ts';
import { measureStreamEvents } from './stream-events.ts';
import { measureTimeline } from './timeline.ts';
import { measureWeb } from './web/measure.ts';

type Measure = (stand: Stand, quick: boolean) => Promise<Figure[]>;

const measures: ReadonlyMap<string, Measure> = new Map([
  ['first-token', measureFirstToken],
  ['deltas', measureDeltas],
  ['stream-events', measureStreamEvents],
  ['sends', measureSends],
  ['auto-routing', measureAutoRouting],
  ['kept-replies', measureKeptReplies],
  ['output-window', measureOutputWindow],
  ['idle-subscriptions', measureIdleSubscriptions],
  ['timeline', measureTimeline],
]);
const userCount = 100;

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } });
const { only, quick } = values;
/** Those that need no stand. */
const alone: ReadonlyMap<string, (quick: boolean) => Promise<Figure[]>> = new Map([
  ['prompt-cache', measurePromptCache],
  ['web', measureWeb],
]);
if (only !== undefined && !alone.has(only) && !measures.has(only)) {
  process.stderr.write(`--only takes one of ${[...measures.keys(), ...alone.keys()].join(', ')}\n`);
  process.exit(2);
}

// Leaving by exit ends every process of the stand.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const loadBefore = loadavg();
const figures: Figure[] = [];
const take = (measured: readonly Figure[]): void => {
  process.stdout.write(`${table(measured)}\n\n`);
  figures.push(...measured);
};
if (only === undefined || measures.has(only)) {
  await using stand = await openStand(userCount);
  for (const [name, measure] of measures) {
    if (only === undefined || only === name) take(await measure(stand, quick));
  }
}
for (const [name, measure] of alone) if (only === undefined || only === name) take(await measure(quick));
const takenAt = new Date().toISOString();
const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryBytes: totalmem(),
  node: process.version,
  loadBefore,
};
const directory = join(import.meta.dirname, 'results');
await mkdir(directory, { recursive: true });
const file = join(directory, `${takenAt.replaceAll(':', '-')}.json`);
await writeFile(file, `${JSON.stringify({ takenAt, quick, machine, figures }, null, 2)}\n`);
process.stdout.write(`${file}\n`);
process.exit(0);
