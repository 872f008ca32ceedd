/** What goes wrong and when: made from a seed before anything starts, so that a seed replays its schedule. */
import type { Random } from './random.ts';

/** Rooms that run apart; each is killed and started again. */
const rooms = ['worker', 'gateway', 'conversations', 'usage', 'safety', 'models'] as const;
/**
 * Wires that the proxies carry. `client` is the one between clients and gateways, `subgraph` that between a subgraph and all who ask it:
 * gateways and other rooms.
 */
export const wires = ['redis', 'rabbitmq', 'postgres', 'client', 'subgraph'] as const;
export type WireName = (typeof wires)[number];

export const faultNames = [
  ...rooms.map((room) => `kill ${room}` as const),
  ...rooms.map((room) => `drain ${room}` as const),
  'empty redis',
  'kill rabbitmq',
  'restart rabbitmq',
  'restart postgres',
  ...wires.map((wire) => `cut ${wire}` as const),
  ...wires.map((wire) => `delay ${wire}` as const),
  ...wires.map((wire) => `stall ${wire}` as const),
] as const;
export type FaultName = (typeof faultNames)[number];

export interface PlannedFault {
  readonly name: FaultName;
  /** Milliseconds after the start. */
  readonly atMs: number;
  /** Which of several processes of a room: a number to be taken modulo their count. */
  readonly replica: number;
  /** Milliseconds that it lasts: until the process is started again, or the wire is quick again. */
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
  for (let atMs = firstAtMs; atMs < durationMs; atMs += random.between(everyMs / 2, everyMs * 1.5)) {
    // Each of the faults comes once before one is drawn by chance.
    const name = names[planned.length] ?? random.pick(names);
    planned.push({ name, atMs, replica: random.between(0, 1), lastsMs: random.between(0, longestMs) });
  }
  return planned;
};
