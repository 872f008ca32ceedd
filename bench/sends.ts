/**
 * sendMessage per second when clients do nothing else: each takes a new conversation as soon as the turn before is
 * admitted.
 */
import { send } from './ask-parlance.ts';
import { type Figure, percentile } from './figures.ts';
import { openGraphSocket } from './graph-socket.ts';
import { readFigures } from './process-figures.ts';
import { seedConversations } from './seed.ts';
import type { Stand } from './stand.ts';

const clientCount = 50;

export const measureSends = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  await using opened = new AsyncDisposableStack();
  const perClient = quick ? 5 : 40;
  const clients = await Promise.all(
    stand.users.slice(0, clientCount).map(async ({ id, token }) => ({
      socket: opened.use(await openGraphSocket(stand.url, token)),
      conversations: await seedConversations(stand, id, perClient),
    })),
  );
  const times: number[] = [];
  const before = await readFigures(stand.pids);
  const startedAt = performance.now();
  await Promise.all(
    clients.map(async ({ socket, conversations }) => {
      for (const conversationId of conversations) {
        const sentAt = performance.now();
        await send(socket, conversationId, 'script: tokens=1');
        times.push(performance.now() - sentAt);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await readFigures(stand.pids);
  return [
    { name: `sendMessage, ${clientCount} clients`, value: times.length / seconds, unit: '/s' },
    { name: `sendMessage, p50, ${clientCount} clients`, value: percentile(times, 0.5), unit: 'ms' },
    { name: `sendMessage, p99, ${clientCount} clients`, value: percentile(times, 0.99), unit: 'ms' },
    ...[...after].map(([name, { cpuSeconds }]) => ({
      name: `CPU per turn, ${name}`,
      value: ((cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)) / times.length) * 1000,
      unit: 'ms',
    })),
  ];
};
