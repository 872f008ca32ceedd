/**
 * One run: users do what they draw while subgraphs are killed and the supergraph is replaced; each result is judged.
 */
import { createRandom, type Random } from '#tests/support/random.ts';
import type { Verdict } from './check.ts';
import { exercises, type User } from './exercises.ts';
import { createHttpClient } from './http-client.ts';
import { type Sample, type Trend, trendsOf } from './memory-trend.ts';
import { openSocketClient, type SocketClient } from './socket-client.ts';
import { openStand, type Stand } from './stand.ts';
import { subgraphNames } from './world.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly requests: number;
  /** Users at once. */
  readonly users: number;
  /** Called with what happens, line by line. */
  readonly say: (line: string) => void;
  /** Awaited before each request. Default: at once. */
  readonly rested?: () => Promise<void>;
}

export interface SoakResult {
  /** Kind -> how many. */
  readonly done: ReadonlyMap<string, number>;
  /** Results in which something was missing, as it may be while a subgraph is away. */
  readonly partial: number;
  readonly restarts: number;
  readonly reloads: number;
  readonly seconds: number;
  readonly trends: readonly Trend[];
  readonly violations: readonly string[];
}

/** Fewer requests leave no warm gateway to compare with. */
const fewestForMemory = 20_000;
/** Milliseconds in which everything must have ended, else it hangs. */
const hangsAfterMs = 60_000;
const samples = 60;
/** Acts in a run, and requests between two: one of them in four kills. */
const acts = 100;
const fewestBetweenActs = 250;

interface Progress {
  /** Requests that began. */
  begun: number;
  ended: number;
  /** The gateway is gone, or broken: nothing more is begun. */
  isOver: boolean;
  readonly changed: Set<() => void>;
}

/** Resolves once that many requests ended: true, or false where it never comes to that. */
const untilEnded = async (progress: Progress, count: number): Promise<boolean> => {
  while (progress.ended < count && !progress.isOver) {
    await new Promise<void>((resolve) => {
      progress.changed.add(resolve);
    });
  }
  return !progress.isOver;
};

const drawExercise = (random: Random): [string, (user: User) => Promise<Verdict>] => {
  const all = Object.entries(exercises);
  let left = random.next() * all.reduce((sum, [, { share }]) => sum + share, 0);
  for (const [name, { run, share }] of all) {
    left -= share;
    if (left < 0) return [name, run];
  }
  throw new RangeError('the shares do not add up');
};

const withDeadline = async (verdict: Promise<Verdict>): Promise<Verdict> => {
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const timer = setTimeout(() => resolve({ faults: ['no end'], isPartial: false }), hangsAfterMs);
  try {
    return await Promise.race([verdict, promise]);
  } catch (fault) {
    return { faults: [`threw ${fault instanceof Error ? (fault.stack ?? fault.message) : fault}`], isPartial: false };
  } finally {
    clearTimeout(timer);
  }
};

const torment = async (stand: Stand, random: Random, progress: Progress, requests: number) => {
  const every = Math.max(fewestBetweenActs, Math.floor(requests / acts));
  const done = { restarts: 0, reloads: 0 };
  for (let at = every, act = 1; at < requests; at += every, act += 1) {
    if (!(await untilEnded(progress, at))) break;
    if (act % 4 === 2) {
      await stand.restart(random.pick(subgraphNames), random.between(0, 300));
      done.restarts += 1;
    } else {
      await stand.reload();
      done.reloads += 1;
    }
  }
  return done;
};

const sampleMemory = async (stand: Stand, progress: Progress, requests: number): Promise<readonly Sample[]> => {
  const taken: Sample[] = [];
  if (requests < fewestForMemory) return taken;
  for (let index = 1; index <= samples; index += 1) {
    if (!(await untilEnded(progress, Math.floor((index * requests) / samples)))) break;
    taken.push({ ...(await stand.gateway.memory()), requests: progress.ended });
  }
  return taken;
};

export const runSoak = async ({ seed, requests, users, say, rested }: SoakOptions): Promise<SoakResult> => {
  const random = createRandom(seed);
  await using stack = new AsyncDisposableStack();
  const stand = stack.use(await openStand(random.fork()));
  const http = stack.use(createHttpClient(stand.port, users));
  const progress: Progress = { begun: 0, ended: 0, isOver: false, changed: new Set() };
  const done = new Map<string, number>();
  const violations: string[] = [];
  let partial = 0;
  const startedAt = performance.now();

  const use = async (own: Random): Promise<void> => {
    let opened: Promise<SocketClient> | undefined;
    const breakOff = (): void => {
      opened?.then(
        (socket) => socket.breakOff(),
        () => {},
      );
      opened = undefined;
    };
    const user: User = {
      random: own,
      http,
      stand,
      socket() {
        opened ??= openSocketClient(stand.port, (what) => violations.push(what));
        return opened;
      },
      breakOff,
    };
    while (progress.begun < requests && !progress.isOver) {
      await rested?.();
      progress.begun += 1;
      const [name, exercise] = drawExercise(own);
      const { faults, isPartial } = await withDeadline(exercise(user));
      violations.push(...faults.map((fault) => `${name}: ${fault}`));
      if (isPartial) partial += 1;
      done.set(name, (done.get(name) ?? 0) + 1);
      progress.ended += 1;
      progress.isOver = stand.gateway.complaints.length > 0;
      if (progress.ended % 10_000 === 0) {
        say(
          `${progress.ended} requests, ${Math.round((performance.now() - startedAt) / 1000)} s, ${violations.length} violations`,
        );
      }
      for (const resolve of progress.changed) resolve();
      progress.changed.clear();
    }
    breakOff();
  };
  const [acted, sampled] = await Promise.all([
    torment(stand, random.fork(), progress, requests),
    sampleMemory(stand, progress, requests),
    ...Array.from({ length: users }, () => use(random.fork())),
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  const trends = trendsOf(sampled, requests);
  const code = await stand.gateway.end();
  if (code !== 0) violations.push(`the gateway ended with ${code ?? 'SIGKILL'} when it was asked to`);
  violations.push(
    ...stand.gateway.complaints,
    ...trends.filter(({ atEnd, atMost }) => atEnd > atMost).map(({ name }) => `memory grows: ${name}`),
  );
  return { done, partial, ...acted, seconds, trends, violations };
};
