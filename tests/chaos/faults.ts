/**
 * Does what the schedule says. Invariants: one fault at a time on one process or service, and it is whole for a while between two; when it
 * resolves, all is as before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultName, type PlannedFault, wires } from './schedule.ts';
import { doubled, type Stand } from './stand.ts';

const delayMs = 40;
/** A stalled wire has to outlast the deadlines of those who wait at it, some of the time. */
const stallsLonger = 4;
/**
 * Milliseconds between two faults on one target. Where starting takes long, faults would else follow each other without a moment in which
 * anything can be sent.
 */
const wholeMs = 3_000;
const mostStarts = 20;
const betweenStartsMs = 500;

const processOf = (room: string, replica: number): string =>
  replica === 1 && doubled.includes(room) ? `${room}-2` : room;

/** One half of several wires that do the same, so that the other half goes on; a single one is taken. */
const picked = <Wire>(all: readonly Wire[], replica: number): readonly Wire[] =>
  all.length === 1 ? all : all.filter((_, index) => index % 2 === replica);

/** A process that finds a service away at its start ends: whoever runs it starts it again, as an orchestrator does. */
const startAgain = async ({ compose }: Stand, process: string): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      await compose.start(process);
      return;
    } catch (fault) {
      if (tries === mostStarts) throw fault;
      await sleep(betweenStartsMs);
    }
  }
};

const run = async (stand: Stand, { name, replica, lastsMs }: PlannedFault): Promise<void> => {
  const { compose } = stand;
  const [verb, target = ''] = name.split(' ');
  const wire = wires.find((one) => one === target);
  if (name === 'kill rabbitmq') {
    await stand.rabbitmq.kill();
    await sleep(lastsMs);
    await stand.rabbitmq.restart();
  } else if (verb === 'kill' || verb === 'drain') {
    const process = processOf(target, replica);
    await compose.end(process, verb === 'kill' ? 'SIGKILL' : 'SIGTERM');
    await sleep(lastsMs);
    await startAgain(stand, process);
  } else if (verb === 'cut' && wire) {
    for (const proxy of stand.wiresOf(wire)) proxy.cut();
  } else if (verb === 'delay' && wire) {
    for (const proxy of stand.wiresOf(wire)) proxy.delay(delayMs);
    await sleep(lastsMs);
    for (const proxy of stand.wiresOf(wire)) proxy.delay(0);
  } else if (verb === 'stall' && wire) {
    const stalled = picked(stand.wiresOf(wire), replica);
    for (const proxy of stalled) proxy.stall();
    await sleep(lastsMs * stallsLonger);
    for (const proxy of stalled) proxy.resume();
  } else if (target === 'redis') {
    await stand.redis.kill();
    await sleep(lastsMs);
    await stand.redis.restart();
  } else if (target === 'rabbitmq') await stand.rabbitmq.restart();
  else await stand.postgres.restart();
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
