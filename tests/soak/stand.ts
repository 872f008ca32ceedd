/** The processes of a soak: the gateway on a supergraph file, and its subgraphs, each on two ports. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild, untilReady } from '#tests/services/child.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { freePorts } from '#tests/services/ports.ts';
import type { Random } from '#tests/support/random.ts';
import { until } from '#tests/support/until.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { composeSupergraph } from './graph.ts';
import { createOutages, type Outages } from './outages.ts';
import { type SubgraphName, subgraphNames } from './world.ts';

export interface Stand extends AsyncDisposable {
  readonly port: number;
  readonly gateway: GatewayProcess;
  /** Of subgraphs that were killed. */
  readonly outages: Outages;
  /** Of the streams of subgraphs whose address was changed. */
  readonly moves: Outages;
  /** Kills a subgraph, and starts it again after a while; resolves when it listens. */
  restart(name: SubgraphName, afterMs: number): Promise<void>;
  /** Replaces the supergraph by an equal one with other addresses; resolves when it is in use. */
  reload(): Promise<void>;
}

const startDeadlineMs = 20_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const openStand = async (random: Random): Promise<Stand> => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await createDirectory());
  const path = join(directory.path, 'supergraph.graphql');
  const [port = 0, ...others] = await freePorts(1 + 2 * subgraphNames.length);
  const portsOf = (name: SubgraphName): readonly number[] => {
    const at = 2 * subgraphNames.indexOf(name);
    return others.slice(at, at + 2);
  };
  const children = new Map<SubgraphName, Child>();
  const start = async (name: SubgraphName): Promise<void> => {
    const child = startChild(process.execPath, [
      join(import.meta.dirname, 'subgraph/main.ts'),
      name,
      ...portsOf(name).map(String),
    ]);
    children.set(name, child);
    await untilReady(child, async () => child.output().includes('ready'), startDeadlineMs);
  };
  opened.defer(async () => {
    await Promise.all([...children.values()].map((child) => child.end('SIGKILL')));
  });
  await Promise.all(subgraphNames.map(start));

  let generation = 0;
  const compose = (): string => {
    generation += 1;
    const urlOf = (name: SubgraphName): string => `http://127.0.0.1:${random.pick(portsOf(name))}/graphql`;
    const urls = { catalog: urlOf('catalog'), people: urlOf('people'), stock: urlOf('stock') };
    return composeSupergraph(urls, `marker${generation}`);
  };
  await writeFile(path, compose());
  const gateway = startGateway(path, port);
  opened.defer(async () => {
    await gateway.end();
  });
  const ask = async (query: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    }).catch(() => undefined);
    return response ? response.text() : '';
  };
  const untilInUse = async (): Promise<void> => {
    const marker = `"marker${generation}"`;
    await until(
      () => ask('{ __schema { queryType { fields { name } } } }'),
      (text) => text.includes(marker) || gateway.complaints.length > 0,
    );
  };
  await untilInUse();

  const outages = createOutages();
  const moves = createOutages();
  const closing = opened.move();
  return {
    port,
    gateway,
    outages,
    moves,
    async restart(name, afterMs) {
      const isBack = outages.begin(name);
      await children.get(name)?.end('SIGKILL');
      await pause(afterMs);
      await start(name);
      isBack();
    },
    async reload() {
      const arrived = subgraphNames.map((name) => moves.begin(name));
      const sdl = compose();
      // A tool that is in the middle of writing, and one that replaces the file as a whole.
      if (random.next() < 0.5) await writeFile(path, sdl.slice(0, sdl.length / 2));
      await writeFile(`${path}.next`, sdl);
      await rename(`${path}.next`, path);
      await untilInUse();
      for (const end of arrived) end();
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
