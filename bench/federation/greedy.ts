/**
 * `node bench/federation/greedy.ts`: how long a simple query of one tenant takes while a user of another one sends 25
 * requests at once, again and again, each of which is as much work as one may cause: operations that were never sent
 * before, comments, questions about the schema. `--seconds N` for each kind.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { type Figure, percentile, table } from '../figures.ts';
import { forkReady, gateways } from './gateways.ts';
import { operations, supergraphOf } from './graph.ts';
import { greedyOperations } from './greedy-operations.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { child: subgraphs, message } = await forkReady<{ urls: [string, string][] }>(
  new URL('./subgraph-process.ts', import.meta.url),
  [],
);
const folder = await mkdtemp(join(tmpdir(), 'greedy-bench-'));
const supergraphPath = join(folder, 'supergraph.graphql');
await writeFile(supergraphPath, supergraphOf(new Map(message.urls)));
const [ours] = gateways;
if (!ours) throw new Error('no gateway');
const gateway = await ours.start(supergraphPath, 1 + Object.keys(greedyOperations).length);
const { origin, pathname } = new URL(gateway.url);
const [polite = '', ...greedy] = gateway.tokens;

const pool = new Pool(origin, { connections: 1 });
const headers = { 'content-type': 'application/json', authorization: `Bearer ${polite}` };
const body = JSON.stringify({ query: operations.light });
const measure = async (): Promise<readonly number[]> => {
  const end = performance.now() + Number(values.seconds) * 1000;
  const milliseconds: number[] = [];
  while (performance.now() < end) {
    const before = performance.now();
    const response = await pool.request({ path: pathname, method: 'POST', headers, body });
    await response.body.dump();
    if (response.statusCode !== 200) throw new Error(`the polite one got ${response.statusCode}`);
    milliseconds.push(performance.now() - before);
    await pause(5);
  }
  return milliseconds;
};

const figures: Figure[] = [];
const add = (name: string, milliseconds: readonly number[], goal: object): void => {
  figures.push(
    { name: `${name}, p50`, value: percentile(milliseconds, 0.5), unit: 'ms' },
    { name: `${name}, p99`, value: percentile(milliseconds, 0.99), unit: 'ms', ...goal },
    { name: `${name}, longest`, value: Math.max(...milliseconds), unit: 'ms' },
  );
};
await measure();
add('alone', await measure(), {});
for (const [index, kind] of Object.keys(greedyOperations).entries()) {
  const flood = forkReady<[number, number][]>(new URL('./greedy-process.ts', import.meta.url), [
    gateway.url,
    greedy[index] ?? '',
    kind,
    values.seconds,
  ]);
  add(kind, await measure(), { atMost: 100 });
  const { child, message: responses } = await flood;
  child.kill();
  process.stdout.write(`${kind}: ${responses.map(([status, count]) => `${count} times ${status}`).join(', ')}\n`);
}
process.stdout.write(`\n${table(figures)}\n`);
gateway[Symbol.dispose]();
subgraphs.kill();
await rm(folder, { recursive: true });
process.exit(0);
