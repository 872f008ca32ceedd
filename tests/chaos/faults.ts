/**
 * Does what the schedule says. Invariants: one fault at a time on one process or service, and it is whole for a while
 * between two; when it resolves, all is as before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sendRedis } from '#tests/services/redis.ts';
import { type FaultName, type PlannedFault, type WireName, wires } from './schedule.ts';
import type { Stand, Stores } from './stand.ts';

const delayMs = 40;
/** A stalled wire has to outlast the deadlines of those who wait at it, some of the time. */
const stallsLonger = 4;
/**
 * What is frozen has to outlast its lease (3 seconds) and the heartbeats of the broker (10 to 15), some of the time.
 */
const freezeMs = { least: 3_000, times: 18 };
/** A hole has to outlast every deadline: of commands, of heartbeats, of a store that counts as away. */
const holeMs = { least: 12_000, times: 12 };
/** A store that refuses: longer than the tries that used to spend a message's redeliveries. */
const refusalMs = { least: 2_000, times: 4 };
/**
 * Milliseconds between two faults on one target. Where starting takes long, faults would else follow each other
 * without a moment in which anything can be sent.
 */
const wholeMs = 3_000;
const mostStarts = 40;
const betweenStartsMs = 500;

/** The process of this replica; where there is one only, that one. */
const processOf = ({ pids }: Stand, service: string, replica: number): string =>
  replica === 1 && pids.has(`${service}-2`) ? `${service}-2` : service;

/** One half of several wires that do the same, so that the other half goes on; a single one is taken. */
const picked = <Wire>(all: readonly Wire[], replica: number): readonly Wire[] =>
  all.length === 1 ? all : all.filter((_, index) => index % 2 === replica);

/** A process that finds a store away at its start ends: whoever runs it starts it again, as an orchestrator does. */
const startAgain = async (stand: Stand, process: string): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await stand.start(process);
      return;
    } catch (fault) {
      if (tries === mostStarts) throw fault;
      await sleep(betweenStartsMs);
    }
  }
};

const storesOf = ({ stores }: Stand): Stores => {
  if (!stores) throw new Error('this stand has no stores');
  return stores;
};

interface Fault extends PlannedFault {
  /** What follows the verb. */
  readonly target: string;
}
type Act = (stand: Stand, fault: Fault) => Promise<void>;

/** Does it, waits, undoes it. */
const forAWhile = async (ms: number, begin: () => unknown, end: () => unknown): Promise<void> => {
  await begin();
  await sleep(ms);
  await end();
};

const endProcess =
  (signal: NodeJS.Signals): Act =>
  async (stand, { target, replica, lastsMs }) => {
    if (target === 'rabbitmq') {
      const { rabbitmq } = storesOf(stand);
      await forAWhile(
        lastsMs,
        () => rabbitmq.kill(),
        () => rabbitmq.restart(),
      );
      return;
    }
    const process = processOf(stand, target, replica);
    await forAWhile(
      lastsMs,
      () => stand.end(process, signal),
      () => startAgain(stand, process),
    );
  };

const killAll: Act = async (stand, { target, lastsMs }) => {
  const all = [...stand.pids.keys()].filter((process) => process === target || process === `${target}-2`);
  await forAWhile(
    lastsMs,
    () => Promise.all(all.map((process) => stand.end(process, 'SIGKILL'))),
    () => Promise.all(all.map((process) => startAgain(stand, process))),
  );
};

const freeze: Act = (stand, { target, replica, lastsMs }) => {
  const pid = target === 'redis' ? storesOf(stand).redis.pid : stand.pids.get(processOf(stand, target, replica));
  if (!pid) throw new Error(`${target} does not run`);
  const { least, times } = freezeMs;
  return forAWhile(
    least + lastsMs * times,
    () => process.kill(pid, 'SIGSTOP'),
    () => process.kill(pid, 'SIGCONT'),
  );
};

const isWire = (target: string): target is WireName => wires.some((wire) => wire === target);
const wiresOf = (stand: Stand, target: string) => (isWire(target) ? stand.wiresOf(target) : []);

/** Store -> what takes it away, by name. */
const takeAway: Act = async (stand, { name, target }) => {
  const store = Object.entries(storesOf(stand)).find(([known]) => known === target)?.[1];
  const seconds = Number(name.split(/[- ]/)[1]);
  if (!store) throw new Error(`there is no ${target}`);
  await forAWhile(
    seconds * 1_000,
    () => store.kill(),
    () => store.restart(),
  );
};

const readOnly: Act = (stand, { target, lastsMs }) => {
  const { redis, postgres } = storesOf(stand);
  const ms = refusalMs.least + lastsMs * refusalMs.times;
  if (target === 'postgres')
    return forAWhile(
      ms,
      () => postgres.setReadOnly(true),
      () => postgres.setReadOnly(false),
    );
  // A replica of nobody: it keeps what it has, and takes no writes.
  const replicate = (...of: readonly string[]) => sendRedis(redis.url, 'replicaof', ...of);
  return forAWhile(
    ms,
    () => replicate('127.0.0.1', '1'),
    () => replicate('no', 'one'),
  );
};

const fill: Act = (stand, { target, lastsMs }) => {
  const ms = refusalMs.least + lastsMs * refusalMs.times;
  if (target === 'disk')
    return forAWhile(
      ms,
      () => stand.disk?.fill(),
      () => stand.disk?.free(),
    );
  const limit = (bytes: string) => sendRedis(storesOf(stand).redis.url, 'config', 'set', 'maxmemory', bytes);
  return forAWhile(
    ms,
    () => limit('1'),
    () => limit('0'),
  );
};

const alarm =
  (begin: readonly string[], end: readonly string[]): Act =>
  (stand, { lastsMs }) => {
    const { rabbitmq } = storesOf(stand);
    return forAWhile(
      refusalMs.least + lastsMs,
      () => rabbitmq.control(...begin),
      () => rabbitmq.control(...end),
    );
  };

const acts: Readonly<Record<string, Act>> = {
  kill: endProcess('SIGKILL'),
  drain: endProcess('SIGTERM'),
  'kill-all': killAll,
  freeze,
  empty: (stand, { lastsMs }) => {
    const { redis } = storesOf(stand);
    return forAWhile(
      lastsMs,
      () => redis.kill(),
      () => redis.restart(),
    );
  },
  restart: (stand, { target }) => storesOf(stand)[target === 'rabbitmq' ? 'rabbitmq' : 'postgres'].restart(),
  'away-1': takeAway,
  'away-4': takeAway,
  'away-30': takeAway,
  'away-120': takeAway,
  'read-only': readOnly,
  full: fill,
  'memory-alarm': alarm(
    ['set_vm_memory_high_watermark', '0.000001'],
    ['set_vm_memory_high_watermark', 'absolute', '512MB'],
  ),
  'disk-alarm': alarm(['set_disk_free_limit', '100000GB'], ['set_disk_free_limit', '50MB']),
  async refuse(stand, { target, lastsMs }) {
    const refused = wiresOf(stand, target);
    await forAWhile(
      lastsMs * refusalMs.times,
      () => Promise.all(refused.map((proxy) => proxy.refuse())),
      () => Promise.all(refused.map((proxy) => proxy.accept())),
    );
  },
  async cut(stand, { target }) {
    for (const proxy of wiresOf(stand, target)) proxy.cut();
  },
  delay(stand, { target, lastsMs }) {
    const delayed = (ms: number) => wiresOf(stand, target).map((proxy) => proxy.delay(ms));
    return forAWhile(
      lastsMs,
      () => delayed(delayMs),
      () => delayed(0),
    );
  },
  stall(stand, { target, replica, lastsMs }) {
    const stalled = picked(wiresOf(stand, target), replica);
    return forAWhile(
      lastsMs * stallsLonger,
      () => stalled.map((proxy) => proxy.stall()),
      () => stalled.map((proxy) => proxy.resume()),
    );
  },
  hole(stand, { target, replica, lastsMs }) {
    const [service = '', store = ''] = target.split('-');
    const lost = isWire(store) ? stand.wiresOf(store, processOf(stand, service, replica)) : [];
    return forAWhile(
      holeMs.least + lastsMs * holeMs.times,
      () => lost.map((proxy) => proxy.stall()),
      () => lost.map((proxy) => proxy.resume()),
    );
  },
};

const run = (stand: Stand, fault: PlannedFault): Promise<void> => {
  const [verb = '', target = ''] = fault.name.split(' ');
  const act = acts[verb];
  if (!act) throw new Error(`nobody knows how to ${fault.name}`);
  return act(stand, { ...fault, target });
};

export interface DoneFault extends PlannedFault {
  /** When it was begun, and when all was as before, by the clock. */
  readonly fromMs: number;
  toMs?: number;
}

export interface Tormentor {
  readonly history: readonly DoneFault[];
  /** How often each fault was done so far. */
  readonly done: ReadonlyMap<FaultName, number>;
  /** Resolves when every planned fault is over. Rejects when something could not be started again. */
  readonly over: Promise<void>;
}

export const torment = (stand: Stand, plan: readonly PlannedFault[]): Tormentor => {
  const done = new Map<FaultName, number>();
  const history: DoneFault[] = [];
  const runNoted = async (fault: PlannedFault): Promise<void> => {
    const noted: DoneFault = { ...fault, fromMs: Date.now() };
    history.push(noted);
    await run(stand, fault);
    noted.toMs = Date.now();
  };
  const busy = new Map<string, Promise<void>>();
  const endedAt = new Map<string, number>();
  const waiting = new Set<string>();
  const runAfterOthers = async (target: string, fault: PlannedFault): Promise<void> => {
    waiting.add(target);
    await busy.get(target);
    await sleep(Math.max(0, (endedAt.get(target) ?? 0) + wholeMs - Date.now()));
    waiting.delete(target);
    done.set(fault.name, (done.get(fault.name) ?? 0) + 1);
    await runNoted(fault);
    endedAt.set(target, Date.now());
  };
  const inTurn = async (): Promise<void> => {
    const startedAt = Date.now();
    const running: Promise<void>[] = [];
    for (const fault of plan) {
      await sleep(Math.max(0, startedAt + fault.atMs - Date.now()));
      const target = fault.name.split(' ')[1] ?? '';
      // One waits already: this one is left out.
      if (waiting.has(target)) continue;
      const work = runAfterOthers(target, fault);
      busy.set(target, work);
      running.push(work);
    }
    await Promise.all(running);
  };
  return { done, history, over: inTurn() };
};
