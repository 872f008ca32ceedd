/** What a subscription holds that waits and hears nothing: resident memory of each process on its way, divided by their number. */
import type { Figure } from './figures.ts';
import { openGraphSocket } from './graph-socket.ts';
import { readFigures } from './process-figures.ts';
import { seedConversations, seedWaitingAnswers } from './seed.ts';
import type { Stand } from './stand.ts';

const socketCount = 20;
const measured = ['gateway', 'conversations', 'redis'];
const subscription = 'subscription Wait($id: ID!) { messageStream(messageId: $id) { seq } }';
/** Milliseconds in which processes settle. */
const settleMs = 3_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Subscribes to all; gives the time when the source has them. */
const openAll = async (stand: Stand, perSocket: number, opened: AsyncDisposableStack): Promise<void> => {
  for (const { id: userId, token } of stand.users.slice(0, socketCount)) {
    const answers = await seedWaitingAnswers(stand, await seedConversations(stand, userId, perSocket));
    const socket = opened.use(await openGraphSocket(stand.url, token));
    const unexpected = (fault: Error | undefined) => {
      throw fault ?? new Error('a waiting stream ended');
    };
    for (const id of answers) socket.start(subscription, { id }, { data: () => undefined, end: unexpected });
  }
  await pause(settleMs);
};

export const measureIdleSubscriptions = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  const perSocket = quick ? 10 : 100;
  const count = perSocket * socketCount;
  await using opened = new AsyncDisposableStack();
  // The first ones fill caches and compile code.
  await openAll(stand, 5, opened);
  const before = await readFigures(stand.pids);
  await openAll(stand, perSocket, opened);
  const after = await readFigures(stand.pids);
  return measured.map((name) => ({
    name: `resident memory per idle subscription (${count.toLocaleString('en')}), ${name}`,
    value: ((after.get(name)?.residentBytes ?? 0) - (before.get(name)?.residentBytes ?? 0)) / count / 1024,
    unit: 'KiB',
  }));
};
