/**
 * `node bench/delivery/measure.ts`: deliveries of subscription events through gateways in turn, each over the same
 * subgraphs and load: deliveries a second, CPU of the gateway for 100,000, delivery time, memory, and the ratios that
 * are aimed at. `--rounds N`, `--only NAME` (may be repeated), `--quick` for a tenth of the load.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { forked, forkReady, hive, hiveIsInstalled, type MeasuredGateway } from '../federation/gateways.ts';
import { type Figure, percentile, table } from '../figures.ts';
import { readFigures } from '../process-figures.ts';
import { operations, supergraphOf } from './graph.ts';
import { type SubscriberLoad, subscribe } from './subscribers.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const share = values.quick ? 0.1 : 1;
const { child: publisher, message } = await forkReady<{ urls: [string, string][] }>(
  new URL('./publisher-process.ts', import.meta.url),
  [],
);
const publish = (count: number): void => void publisher.send({ publish: count });
const loads: Readonly<Record<string, SubscriberLoad>> = {
  'saturated, 200 streams': { query: operations.plain, subscribers: 200, count: 500 * share, paceMs: 0 },
  'paced at 4,000 a second, 200 streams': { query: operations.plain, subscribers: 200, count: 200 * share, paceMs: 50 },
  '1 publisher, 500 subscribers': {
    query: operations.published,
    subscribers: 500,
    count: 400 * share,
    paceMs: 0,
    publish,
  },
  'second subgraph, 50 streams': { query: operations.authored, subscribers: 50, count: 200 * share, paceMs: 0 },
};
const mostSubscribers = Math.max(...Object.values(loads).map(({ subscribers }) => subscribers));

const urls = new Map(message.urls);
const streamsUrl = urls.get('streams') ?? '';
const folder = await mkdtemp(join(tmpdir(), 'delivery-bench-'));
const supergraphPath = join(folder, 'supergraph.graphql');
await writeFile(supergraphPath, supergraphOf(urls));

interface Side extends MeasuredGateway {
  /** One without a planner knows one subgraph only. */
  readonly knowsOneSubgraph: boolean;
}
const relayed = (script: string): MeasuredGateway['start'] =>
  forked(new URL(script, import.meta.url), () => [streamsUrl]);
const hiveConfig = join(import.meta.dirname, 'hive.config.mjs');
const sides: readonly Side[] = [
  {
    name: 'ours',
    knowsOneSubgraph: false,
    start: forked(new URL('../federation/ours-process.ts', import.meta.url), (path, connections) => [
      path,
      String(connections),
    ]),
  },
  { name: 'plain relay', knowsOneSubgraph: true, start: relayed('./relay-process.ts') },
  { name: 'graphql-ws proxy', knowsOneSubgraph: true, start: relayed('./proxy-process.ts') },
  ...(hiveIsInstalled
    ? [{ name: 'Hive Gateway', knowsOneSubgraph: false, start: hive('--config-path', hiveConfig) }]
    : []),
];

interface Taken {
  readonly perSecond: number;
  readonly cpuSeconds: number;
  readonly milliseconds: readonly number[];
  readonly residentBytes: number;
}
const taken = new Map<string, Taken[]>();
const keyOf = (load: string, side: string): string => `${load}: ${side}`;
const usedBy = async (pid: number) => {
  const used = (await readFigures(new Map([['gateway', pid]]))).get('gateway');
  if (!used) throw new Error('the gateway is gone');
  return used;
};

for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const side of sides) {
    if (values.only && !values.only.includes(side.name)) continue;
    using gateway = await side.start(supergraphPath, mostSubscribers);
    for (const [name, load] of Object.entries(loads)) {
      if (side.knowsOneSubgraph && load.query === operations.authored) continue;
      // Connections, caches, compiled code.
      await subscribe(gateway, {
        ...load,
        subscribers: Math.ceil(load.subscribers / 5),
        count: Math.ceil(load.count / 4),
      });
      const before = await usedBy(gateway.pid);
      const { deliveries, seconds, milliseconds } = await subscribe(gateway, load);
      const after = await usedBy(gateway.pid);
      const one: Taken = {
        perSecond: deliveries / seconds,
        cpuSeconds: ((after.cpuSeconds - before.cpuSeconds) / deliveries) * 100_000,
        milliseconds,
        residentBytes: after.residentBytes,
      };
      const key = keyOf(name, side.name);
      taken.set(key, [...(taken.get(key) ?? []), one]);
      process.stdout.write(`${key}: ${Math.round(one.perSecond)} deliveries/s, ${one.cpuSeconds.toFixed(2)} s CPU\n`);
    }
  }
}
publisher.kill();
await rm(folder, { recursive: true });

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const meanOf = (key: string, figure: 'perSecond' | 'cpuSeconds' | 'residentBytes'): number =>
  mean((taken.get(key) ?? []).map((one) => one[figure]));
const figures: Figure[] = [];
for (const [key, all] of taken) {
  const milliseconds = all.flatMap((one) => one.milliseconds);
  figures.push(
    { name: key, value: meanOf(key, 'perSecond'), unit: 'deliveries/s' },
    { name: `${key}, CPU of 100,000`, value: meanOf(key, 'cpuSeconds'), unit: 's' },
    { name: `${key}, p50`, value: percentile(milliseconds, 0.5), unit: 'ms' },
    { name: `${key}, p99`, value: percentile(milliseconds, 0.99), unit: 'ms' },
    { name: `${key}, memory`, value: meanOf(key, 'residentBytes') / 1024 / 1024, unit: 'MiB' },
  );
}
const compare = (
  load: string,
  rival: string,
  figure: 'perSecond' | 'cpuSeconds',
  goal: { readonly atMost?: number; readonly atLeast?: number },
) => {
  const [ours, theirs] = [keyOf(load, 'ours'), keyOf(load, rival)];
  if (!taken.has(ours) || !taken.has(theirs)) return;
  const value = meanOf(ours, figure) / meanOf(theirs, figure);
  const what = figure === 'cpuSeconds' ? 'CPU' : 'deliveries';
  figures.push({ name: `${load}: ${what}, ours / ${rival}`, value, unit: 'times', ...goal });
};
for (const load of Object.keys(loads)) {
  const isSaturated = load.startsWith('saturated');
  compare(load, 'plain relay', 'cpuSeconds', isSaturated ? { atMost: 0.7 } : {});
  compare(load, 'graphql-ws proxy', 'cpuSeconds', {});
  compare(load, 'Hive Gateway', 'cpuSeconds', isSaturated ? { atMost: 0.2 } : {});
  compare(load, 'Hive Gateway', 'perSecond', load.startsWith('1 publisher') ? { atLeast: 10 } : {});
}
process.stdout.write(`\n${table(figures)}\n`);
const results = join(import.meta.dirname, '../results');
await mkdir(results, { recursive: true });
const file = join(results, `delivery-${new Date().toISOString().replaceAll(':', '-')}.json`);
await writeFile(file, `${JSON.stringify({ node: process.version, quick: values.quick, figures }, null, 2)}\n`);
process.stdout.write(`${file}\n`);
process.exit(0);
