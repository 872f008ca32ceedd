/**
 * What Parlance and the plain proxy add to the time to the first text over asking the provider directly. The three are
 * measured in turn, in rounds, so that what else the machine does falls on all of them.
 */
import { askProvider, askProxy } from './ask-http.ts';
import { converse } from './ask-parlance.ts';
import { type Figure, percentile } from './figures.ts';
import { type GraphSocket, openGraphSocket } from './graph-socket.ts';
import { seedConversations } from './seed.ts';
import type { Stand } from './stand.ts';

interface Load {
  readonly streams: number;
  readonly rounds: number;
  /** Milliseconds of one side's part in one round. */
  readonly roundMs: number;
  /** What the provider replies: some 40 tokens a second, as hosted models do, for about two seconds. */
  readonly script: string;
  /** Milliseconds that a reply takes. */
  readonly replyMs: number;
}

/** One at a time needs no long replies: nothing runs beside it. */
const loads: readonly Load[] = [
  { streams: 1, rounds: 3, roundMs: 3_000, script: 'script: tokens=4 pace=5', replyMs: 15 },
  { streams: 20, rounds: 3, roundMs: 6_000, script: 'script: tokens=80 pace=25', replyMs: 2_000 },
  { streams: 100, rounds: 1, roundMs: 6_000, script: 'script: tokens=80 pace=25', replyMs: 2_000 },
];
/**
 * Turns of one conversation; then a client goes on in another one, as people do. The proxy and the provider are sent
 * the question alone.
 */
const turnsEach = 10;
/** More conversations than a client needs in all rounds. */
const conversationsEach = 200;

/** Parlance may take so many times what the plain proxy takes at 20 streams. */
const goal = { streams: 20, ratio: 3 };

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps `streams` replies running, begun one after the other; gives the first-text times. */
const keepRunning = async (load: Load, ask: (client: number) => Promise<number>): Promise<number[]> => {
  const until = performance.now() + load.roundMs;
  const times: number[] = [];
  const client = async (_: unknown, index: number): Promise<void> => {
    await pause((load.replyMs * index) / load.streams);
    while (performance.now() < until) times.push(await ask(index));
  };
  await Promise.all(Array.from({ length: load.streams }, client));
  return times;
};

type Side = 'provider' | 'proxy' | 'parlance';

const measureLoad = async (stand: Stand, load: Load): Promise<Figure[]> => {
  const users = stand.users.slice(0, load.streams);
  await using opened = new AsyncDisposableStack();
  const clients: { readonly socket: GraphSocket; readonly token: string; nextConversation(): string }[] = [];
  for (const { id, token } of users) {
    const conversations = await seedConversations(stand, id, conversationsEach);
    let turns = 0;
    const nextConversation = (): string => {
      const conversation = conversations[Math.floor(turns / turnsEach)];
      turns += 1;
      if (conversation === undefined) throw new Error('a client has run out of conversations');
      return conversation;
    };
    clients.push({ socket: opened.use(await openGraphSocket(stand.url, token)), token, nextConversation });
  }
  const clientAt = (index: number) => {
    const client = clients[index];
    if (!client) throw new Error('every stream has a client');
    return client;
  };
  const sides: Readonly<Record<Side, (index: number) => Promise<number>>> = {
    provider: () => askProvider(stand.providerUrl, load.script),
    proxy: (index) => askProxy(stand.proxyUrl, clientAt(index).token, load.script),
    parlance: async (index) => {
      const { socket, nextConversation } = clientAt(index);
      return (await converse(socket, nextConversation(), load.script)).firstMs;
    },
  };
  const times: Record<Side, number[]> = { provider: [], proxy: [], parlance: [] };
  // One round that does not count: connections, caches, compiled code.
  for (let round = 0; round <= load.rounds; round += 1) {
    for (const side of ['provider', 'proxy', 'parlance'] as const) {
      const measured = await keepRunning(load, sides[side]);
      if (round > 0) times[side].push(...measured);
    }
  }
  const direct = percentile(times.provider, 0.5);
  const added = (side: Side, share: number) => percentile(times[side], share) - direct;
  const at = `at ${load.streams} stream${load.streams === 1 ? '' : 's'}`;
  const ratio = { name: `first token, added, Parlance / plain proxy, p50 ${at}`, unit: 'times' };
  return [
    { name: `first token, provider directly, p50 ${at}`, value: direct, unit: 'ms' },
    ...(['proxy', 'parlance'] as const).flatMap((side) => {
      const name = side === 'proxy' ? 'plain proxy' : 'Parlance';
      return [
        { name: `first token, added by ${name}, p50 ${at}`, value: added(side, 0.5), unit: 'ms' },
        { name: `first token, added by ${name}, p99 ${at}`, value: added(side, 0.99), unit: 'ms' },
      ];
    }),
    {
      ...ratio,
      value: added('parlance', 0.5) / added('proxy', 0.5),
      ...(load.streams === goal.streams ? { atMost: goal.ratio } : {}),
    },
  ];
};

export const measureFirstToken = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const load of loads) {
    figures.push(...(await measureLoad(stand, quick ? { ...load, rounds: 1, roundMs: 1_000 } : load)));
  }
  return figures;
};
