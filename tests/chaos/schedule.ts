/** What goes wrong and when: made from a seed before anything starts, so that a seed replays its schedule. */
import type { Random } from '#tests/support/random.ts';

/** Services that run apart; each is killed and started again. */
const services = ['worker', 'gateway', 'conversations', 'usage', 'safety', 'models'] as const;
/**
 * Wires that the proxies carry. `client` is the one between clients and gateways, `subgraph` that between a subgraph
 * and all who ask it: gateways and other services. Those to a store are one for each process.
 */
export const wires = ['redis', 'rabbitmq', 'postgres', 'client', 'subgraph'] as const;
export type WireName = (typeof wires)[number];

const stores = ['redis', 'rabbitmq', 'postgres'] as const;
export type StoreName = (typeof stores)[number];

/** Seconds for which a store is taken away: a restart, a failover, an outage, a long one. */
const awaySeconds = [1, 4, 30, 120] as const;

/** One process that loses one store without a word, while others reach it. */
const holes = [
  'worker-redis',
  'conversations-redis',
  'gateway-redis',
  'worker-rabbitmq',
  'conversations-postgres',
] as const;

/** Of the processes and services of docker-compose.yml. */
export const distributedFaults = [
  ...services.map((service) => `kill ${service}` as const),
  ...services.map((service) => `drain ${service}` as const),
  ...(['worker', 'gateway', 'conversations', 'redis'] as const).map((process) => `freeze ${process}` as const),
  'kill-all worker',
  'empty redis',
  'kill rabbitmq',
  'restart rabbitmq',
  'restart postgres',
  ...awaySeconds.flatMap((seconds) => stores.map((store) => `away-${seconds} ${store}` as const)),
  'read-only postgres',
  'read-only redis',
  'full redis',
  'memory-alarm rabbitmq',
  'disk-alarm rabbitmq',
  ...stores.map((store) => `refuse ${store}` as const),
  ...wires.map((wire) => `cut ${wire}` as const),
  ...wires.map((wire) => `delay ${wire}` as const),
  ...wires.map((wire) => `stall ${wire}` as const),
  ...holes.map((hole) => `hole ${hole}` as const),
] as const;

/** Of the standalone. */
export const standaloneFaults = [
  'kill standalone',
  'drain standalone',
  'freeze standalone',
  'full disk',
  'cut client',
  'delay client',
  'stall client',
] as const;

export type FaultName = (typeof distributedFaults)[number] | (typeof standaloneFaults)[number];
export const faultNames: readonly FaultName[] = [...new Set([...distributedFaults, ...standaloneFaults])];

/** Those that take minutes are for who asks for them. */
export const isShort = (name: FaultName): boolean => !name.startsWith('away-120') && !name.startsWith('away-30');

/** After these a reply may have changed hands: its worker was away, or was taken for it. */
export const takesRepliesAway = (name: FaultName): boolean =>
  /^(kill|kill-all|drain|freeze) (worker|standalone)$|^hole worker|^freeze redis|^(away|read-only|full|refuse|stall).* (redis|rabbitmq|disk)$/.test(
    name,
  );

/** After these Redis has lost its logs. */
export const losesLogs = (name: FaultName): boolean => /^(empty|away-\d+) redis$/.test(name);

export interface PlannedFault {
  readonly name: FaultName;
  /** Milliseconds after the start. */
  readonly atMs: number;
  /** Which of several processes of a service: a number to be taken modulo their count. */
  readonly replica: number;
  /**
   * Milliseconds that it lasts, where its name does not say: until the process is started again, or the wire is quick
   * again.
   */
  readonly lastsMs: number;
}

const firstAtMs = 1_500;
const longestMs = 1_500;

/** @param everyMs milliseconds between two faults, on average. */
export const planFaults = (
  random: Random,
  names: readonly FaultName[],
  durationMs: number,
  everyMs: number,
): readonly PlannedFault[] => {
  const planned: PlannedFault[] = [];
  const first = random.shuffled(names);
  for (let atMs = firstAtMs; atMs < durationMs; atMs += random.between(everyMs / 2, everyMs * 1.5)) {
    // Each of the faults comes once before one is drawn by chance.
    const name = first[planned.length] ?? random.pick(names);
    planned.push({ name, atMs, replica: random.between(0, 1), lastsMs: random.between(0, longestMs) });
  }
  return planned;
};
