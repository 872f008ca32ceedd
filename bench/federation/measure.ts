/**
 * `node bench/federation/measure.ts`: measures gateways over the same graph, all of them running, each load in turns of
 * seconds, so that noise falls on all of them, and prints requests a second, CPU and memory of each, and the ratios
 * that are aimed at. `--seconds N` for each turn, `--rounds N`, `--only NAME` (may be repeated).
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Figure, percentile, table } from '../figures.ts';
import { forkReady, gateways, type RunningGateway } from './gateways.ts';
import { operations, supergraphOf } from './graph.ts';
import { type Measured, measureGateway } from './load.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '2' },
    only: { type: 'string', multiple: true },
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { child: subgraphs, message } = await forkReady<{ urls: [string, string][] }>(
  new URL('./subgraph-process.ts', import.meta.url),
  [],
);
const folder = await mkdtemp(join(tmpdir(), 'federation-bench-'));
const supergraphPath = join(folder, 'supergraph.graphql');
await writeFile(supergraphPath, supergraphOf(new Map(message.urls)));

const taken = new Map<string, Measured[]>();
const loads = Object.entries(operations).flatMap(([name, operation]) =>
  [10, 50].map((connections) => ({ name, operation, connections })),
);
{
  using started = new DisposableStack();
  const running: { readonly name: string; readonly gateway: RunningGateway }[] = [];
  for (const { name, start } of gateways) {
    if (values.only && !values.only.includes(name)) continue;
    running.push({ name, gateway: started.use(await start(supergraphPath, 50)) });
  }
  for (const { name: load, operation, connections } of loads) {
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const { name, gateway } of running) {
        const measured = await measureGateway(gateway, { operation, connections, seconds: Number(values.seconds) });
        const key = `${load}, ${connections} connections: ${name}`;
        taken.set(key, [...(taken.get(key) ?? []), measured]);
        process.stdout.write(`${key}: ${Math.round(measured.requestsPerSecond)} requests/s\n`);
      }
    }
  }
}
subgraphs.kill();
await rm(folder, { recursive: true });

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const meanOf = (key: string): number => mean((taken.get(key) ?? []).map((one) => one.requestsPerSecond));
const figures: Figure[] = [];
for (const [key, all] of taken) {
  const milliseconds = all.flatMap((one) => one.milliseconds);
  figures.push(
    { name: key, value: meanOf(key), unit: 'requests/s' },
    { name: `${key}, CPU`, value: mean(all.map((one) => one.cpuMsPerRequest)), unit: 'ms a request' },
    { name: `${key}, p99`, value: percentile(milliseconds, 0.99), unit: 'ms' },
    { name: `${key}, memory`, value: mean(all.map((one) => one.residentBytes)) / 1024 / 1024, unit: 'MiB' },
  );
}
for (const { name, connections } of loads) {
  const at = `${name}, ${connections} connections`;
  for (const { name: rival } of gateways.slice(1)) {
    if (!taken.has(`${at}: ${rival}`) || !taken.has(`${at}: ours`)) continue;
    const ratio = meanOf(`${at}: ours`) / meanOf(`${at}: ${rival}`);
    figures.push({ name: `${at}: ours to ${rival}`, value: ratio, unit: 'times' });
  }
}
process.stdout.write(`\n${table(figures)}\n`);
const results = join(import.meta.dirname, '../results');
await mkdir(results, { recursive: true });
const file = join(results, `federation-${new Date().toISOString().replaceAll(':', '-')}.json`);
await writeFile(file, `${JSON.stringify({ node: process.version, seconds: values.seconds, figures }, null, 2)}\n`);
process.stdout.write(`${file}\n`);
process.exit(0);
