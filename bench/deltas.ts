/**
 * How many deltas a second reach their clients when models are faster than the machine, and what each process spends on
 * them.
 */
import { converse } from './ask-parlance.ts';
import type { Figure } from './figures.ts';
import { openGraphSocket } from './graph-socket.ts';
import { readFigures } from './process-figures.ts';
import { seedConversations } from './seed.ts';
import type { Stand } from './stand.ts';

const streams = 100;
/** 200 tokens a second in each stream: 20,000 are offered. */
const script = (tokens: number) => `script: tokens=${tokens} pace=5`;

export const measureDeltas = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  await using opened = new AsyncDisposableStack();
  const clients = await Promise.all(
    stand.users.slice(0, streams).map(async ({ id, token }) => {
      const conversations = await seedConversations(stand, id, 2);
      return { socket: opened.use(await openGraphSocket(stand.url, token)), conversations };
    }),
  );
  const run = (index: 0 | 1, tokens: number) =>
    Promise.all(
      clients.map(({ socket, conversations }) => converse(socket, conversations[index] ?? '', script(tokens))),
    );
  await run(0, 50);
  const before = await readFigures(stand.pids);
  const startedAt = performance.now();
  const replies = await run(1, quick ? 200 : 1_000);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await readFigures(stand.pids);
  const deltas = replies.reduce((sum, reply) => sum + reply.deltas, 0);
  const characters = replies.reduce((sum, reply) => sum + reply.characters, 0);
  return [
    { name: `deltas delivered, ${streams} streams`, value: deltas / seconds, unit: '/s' },
    { name: `characters per delta, ${streams} streams`, value: characters / deltas, unit: 'characters' },
    ...[...after].map(([name, { cpuSeconds }]) => ({
      name: `CPU per 100,000 deltas, ${name}`,
      value: ((cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)) / deltas) * 100_000,
      unit: 's',
    })),
  ];
};
